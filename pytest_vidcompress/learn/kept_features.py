"""Features of frames that are computed once and kept on disk: who trains an aggregator again decodes nothing.

    kept = kept_features(classifier, clip_set.clips, profile, cache)
    classifier.answer(kept.features[:16])          the logits of the first sixteen clips

An entry is found by what the clip is made of, by the backbone's weights and by what decides its pixels: nothing has
to be thrown away by hand.
"""

from __future__ import annotations

import os
import re
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from functools import cache as once
from hashlib import sha256
from pathlib import Path

import torch

from ..clips.clip import Clip
from ..clips.crops.digest import digest
from ..clips.crops.disk_cache import Shelf
from ..clips.crops.model_input import model_input
from ..clips.crops.prefetch import prefetch
from ..clips.crops.seal import sealed
from ..clips.faults import Skipped
from ..clips.profile import Profile, Views
from ..errors import VidcompressError
from ..models.adapter import evaluating
from ..models.device import device_of
from ..models.frame_features.frame_classifier import FrameClassifier
from .weights_digest import weights_digest

FOLDER = "features"
"""Of the cache folder."""
OLDEST_DAYS = 90
"""What nobody used for so long is removed."""
_FORMAT = 1
"""Raise it when the same key means other features than before."""
_OURS = re.compile(r"[0-9a-f]{64}\.safetensors|[0-9a-f]{64}\.\d+\.part")
"""Whatever else is in the folder is somebody else's."""
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class KeptFeatures:
    """Of the clips of a set that can be used."""

    clips: tuple[Clip, ...]
    """In the order of the set."""
    features: torch.Tensor
    """`(clips, T, N)`, float32, on the CPU: of the middle view."""
    skipped: tuple[Skipped, ...] = ()
    """Those that cannot be decoded."""


def kept_features(
    classifier: FrameClassifier,
    clips: Sequence[Clip],
    profile: Profile,
    cache: Path | None,
    shelf: Shelf | None = None,
    progress: Progress | None = None,
) -> KeptFeatures:
    """The features of all frames of some clips: those that were kept, and the others computed and kept.

    Args:
        classifier: its backbone makes them, as in eval mode, on its device.
        clips: any number that is worth holding in memory.
        profile: what the classifier is shown of them.
        cache: the cache folder; None keeps nothing.
        shelf: where decoded clips are kept; None for nowhere.
        progress: called with what is going on, how much of it is done, and the total.

    Raises:
        VidcompressError: none of the clips can be decoded.
    """
    entries = _Entries(None if cache is None else cache / FOLDER, classifier, replace(profile, views=Views()))
    found = {place: kept for place, clip in enumerate(clips) if (kept := entries.read(clip)) is not None}
    missing = [place for place in range(len(clips)) if place not in found]
    skipped = dict[int, Skipped]()
    sources = [clips[place].source for place in missing]
    with closing(prefetch(sources, entries.profile.crop_spec, shelf)) as outcomes:
        for done, (place, outcome) in enumerate(zip(missing, outcomes, strict=True), len(found) + 1):
            if isinstance(outcome, torch.Tensor):
                found[place] = entries.made(clips[place], outcome)
            else:
                skipped[place] = Skipped.of(clips[place], outcome)
            if progress:
                progress("features of frames", done, len(clips))
    if not found:
        reason = next((f": {each.clip.path}: {each.reason}" for each in skipped.values()), "")
        raise VidcompressError(f"none of the {len(clips)} clips can be used{reason}")
    usable = sorted(found)
    return KeptFeatures(
        tuple(clips[place] for place in usable),
        torch.stack([found[place] for place in usable]),
        tuple(skipped[place] for place in sorted(skipped)),
    )


class _Entries:
    """The features of one backbone under one profile, by clip."""

    def __init__(self, folder: Path | None, classifier: FrameClassifier, profile: Profile) -> None:
        self.profile = profile
        self._folder = folder
        self._classifier = classifier
        self._makes = _maker(classifier, profile)
        if folder is not None:
            _drop_old(folder)

    def read(self, clip: Clip) -> torch.Tensor | None:
        """What was kept of a clip, `(T, N)`; None where nothing is, or something that was not written so."""
        from safetensors import SafetensorError, safe_open

        file = self._file(clip)
        if file is None:
            return None
        try:
            with safe_open(file, "pt") as opened:
                features = opened.get_tensor(FOLDER).clone()
                seal = (opened.metadata() or {}).get("seal")
        except (OSError, SafetensorError):
            return None
        if features.dtype != torch.float32 or seal != _seal(file, features):
            return None
        with suppress(OSError):
            os.utime(file)
        return features

    @torch.no_grad()
    def made(self, clip: Clip, crops: torch.Tensor) -> torch.Tensor:
        """Computes the features of a clip's crops, `(1, T, 3, H, W)`, and keeps them."""
        pixels = model_input([crops], self.profile).to(device_of(self._classifier))
        with evaluating(self._classifier.backbone):
            features = self._classifier.features(pixels)[0].float().cpu()
        file = self._file(clip)
        if file is not None:
            _write(file, features)
        return features

    def _file(self, clip: Clip) -> Path | None:
        if self._folder is None:
            return None
        try:
            return self._folder / f"{sealed(self._makes, digest(clip.source).encode()).hex()}.safetensors"
        except OSError:
            return None  # decoding has the better words for what is wrong


def _maker(classifier: FrameClassifier, profile: Profile) -> bytes:
    """What makes features of a clip: another torch or CPU may differ in the last bit."""
    backbone = classifier.backbone
    about = (
        *(_FORMAT, weights_digest(backbone), repr(backbone)),
        *(sorted(profile.pixels.items()), profile.chosen),
        *(torch.__version__, torch.backends.cpu.get_cpu_capability(), str(device_of(classifier))),
    )
    return sha256(repr(about).encode()).digest()


def _seal(file: Path, features: torch.Tensor) -> str:
    content = features.contiguous().numpy().data.cast("B")
    return sealed(file.stem.encode(), repr(tuple(features.shape)).encode(), content).hex()


def _write(file: Path, features: torch.Tensor) -> None:
    """Whole or not at all; where nothing can be written, it warns once."""
    from safetensors.torch import save

    content = save({FOLDER: features.contiguous()}, {"seal": _seal(file, features)})
    part = file.with_suffix(f".{os.getpid()}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        part.replace(file)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        _warn_unwritable(file.parent, error.strerror or str(error))


@once
def _warn_unwritable(folder: Path, reason: str) -> None:
    warnings.warn(
        f"features of frames are not kept, {folder} cannot be written ({reason}): see --vc-cache",
        stacklevel=2,
    )


@once
def _drop_old(folder: Path) -> None:
    """Once a process."""
    oldest = time.time() - OLDEST_DAYS * 86400
    for file in _entries(folder):
        with suppress(OSError):
            if file.stat().st_mtime < oldest:
                file.unlink(missing_ok=True)


def _entries(folder: Path) -> Iterator[Path]:
    with suppress(OSError):
        yield from (path for path in folder.iterdir() if _OURS.fullmatch(path.name))
