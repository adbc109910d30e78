"""The `vc_clips` fixture: sampled clips, and batches of pixels ready for a model."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import overload

import torch

from ..errors import SpoiledRunError, VidcompressError
from .clip import Clip
from .crops.disk_cache import Shelf
from .crops.model_input import model_input
from .crops.prefetch import prefetch
from .faults import Skipped, Undecodable, too_many
from .label_targets import Targets, as_targets
from .profile import Merge, Profile

Progress = Callable[[str, int, int], None]
"""Called with what is going on, how much of it is done, and the total."""

_KEPT_BYTES = 2 << 30
"""Crops of a larger sample do not stay in memory."""


@dataclass(frozen=True)
class Decoding:
    """How clips are decoded, and where their pixels go."""

    shelf: Shelf | None = None
    """Where crops are kept from run to run; None for nowhere."""
    progress: Progress | None = None
    """Called while clips are decoded that nobody takes batches of."""
    most_skipped: float = 1.0
    """Share of the sample that may be unusable: batches of one that lost more are refused."""
    device: torch.device | str = "cpu"
    """What takes the pixels: batches are there."""


class Clips(Sequence[Clip]):
    """The usable clips of a sample, in its order.

    A clip that cannot be decoded is left out and named in `skipped`; nothing takes its place. Which ones those
    are shows while `batches` are taken; the length, a clip by its number and `skipped` decode what is left.

    Args:
        clips: the sample.
        labels: every label of the clip set.
        label_ids: label -> index among the model's outputs; has all labels of `clips`. `Targets` where a clip may
            have several.
        profile: what the model expects.
        decoding: how they are decoded.
    """

    def __init__(
        self,
        clips: Sequence[Clip],
        labels: Sequence[str],
        label_ids: Mapping[str, int] | Targets,
        profile: Profile,
        decoding: Decoding | None = None,
    ) -> None:
        self.labels = tuple(labels)
        self.sample = tuple(clips)
        """The clips as they were asked for, usable or not."""
        self._targets = as_targets(label_ids)
        self.profile = profile
        """What the model expects, and how its views are merged."""
        self._decoding = decoding or Decoding()
        self._keep = len(self.sample) * profile.crop_spec.size_bytes < _KEPT_BYTES
        self._crops: dict[str, torch.Tensor] = {}
        self._usable: set[str] = set()
        self._skipped: dict[str, Skipped] = {}
        self._spoiled = False
        self._loaded: tuple[Clip, ...] | None = None
        self._may_be_empty = False

    def part(self, places: Sequence[int], may_be_empty: bool = True) -> Clips:
        """Some clips of the sample by their places, as a sample of its own of which any number may be unusable.

        It shares decoded pixels; what it finds out about its clips is noted here by `note`.

        Args:
            may_be_empty: not one of them need be usable.
        """
        clips = [self.sample[place] for place in places]
        part = Clips(
            clips, self.labels, self._targets, self.profile, replace(self._decoding, most_skipped=1.0)
        )
        part._keep, part._crops, part._may_be_empty = self._keep, self._crops, may_be_empty
        ids = {clip.id for clip in clips}
        part.note(ids & self._usable, [each for name, each in self._skipped.items() if name in ids])
        return part

    def merging(self, how: Merge) -> Clips:
        """The same clips for a model whose answers to the views of a clip are merged so."""
        whole = self.part(range(len(self.sample)), may_be_empty=self._may_be_empty)
        whole.profile = replace(self.profile, merge=how)
        return whole

    def note(self, usable: Iterable[str], skipped: Iterable[Skipped]) -> None:
        """Takes over which clips somebody else could use, by id, and which not: they are not decoded for it."""
        self._usable.update(usable)
        self._skipped.update({each.clip.id: each for each in skipped})
        self._spoiled = len(self._skipped) > self._decoding.most_skipped * len(self.sample)

    def targets_of(self, clips: Sequence[Clip]) -> torch.Tensor:
        """The right answers of clips, as `batches` has them."""
        return self._targets.of(clips)

    def __getstate__(self) -> Mapping[str, object]:
        """For another process, which decodes for itself."""
        return vars(self) | {"_crops": {}, "_decoding": replace(self._decoding, progress=None)}

    def load(self) -> tuple[Clip, ...]:
        """Decodes the clips that have not been yet, and returns the usable ones."""
        if self._loaded is None:
            left = [clip for clip in self.sample if clip.id not in self._usable | self._skipped.keys()]
            total = len(self.sample)
            for done, _ in enumerate(self._decoded(left), total - len(left) + 1):
                if self._decoding.progress is not None:
                    self._decoding.progress("decoding clips", done, total)
            self._loaded = tuple(clip for clip in self.sample if clip.id not in self._skipped)
        return self._loaded

    @property
    def several_labels(self) -> bool:
        """Whether a clip may have several labels, so that the right answers of batches are `(B, labels)`."""
        return self._targets.several_labels

    @property
    def expected(self) -> int:
        """How many clips there are as far as is known; `len` once all are decoded, and decodes none."""
        return len(self.sample) - len(self._skipped)

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """The clips of the sample that could not be used, with reasons."""
        self.load()
        return tuple(self._skipped[clip.id] for clip in self.sample if clip.id in self._skipped)

    def refuse_spoiled(self) -> None:
        """Decodes the clips that have not been yet, and judges whether enough of them are usable.

        Raises:
            SpoiledRunError: more clips cannot be used than may be; names how many of which kind.
        """
        self.load()
        if self._spoiled:
            raise SpoiledRunError(too_many(self.skipped, len(self.sample), self._decoding.most_skipped))

    @property
    def is_spoiled(self) -> bool:
        """Are more clips known to be unusable than may be?"""
        return self._spoiled

    def refuse_unusable(self) -> None:
        """Raises VidcompressError where not one clip can be used."""
        if not (self._usable or self._may_be_empty):
            first = next((f": {each.clip.path}: {each.reason}" for each in self.skipped), "")
            raise VidcompressError(f"none of the {len(self.sample)} clips can be used{first}")

    def batches(self, n: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """Model input and the right answers, clip by clip in order; the last batch may be smaller.

        Clips that have not been decoded yet are, while the caller works on those before them.

        Args:
            n: clips per batch.

        Returns:
            Pixels, float32 `(B * V, T, C, H, W)` or as the profile's layout says, the `V` views of a clip one
            after the other, on the device that takes them, and the int64 `(B,)` indices of the clips' labels among
            the model's outputs; of a set with several labels bool `(B, labels)`, which of the outputs are right.

        Raises:
            ValueError: `n` is below one.
            VidcompressError: when they are taken: not one clip is usable, or one stopped to be.
            SpoiledRunError: when they are taken: more clips cannot be used than may be.
        """
        if n < 1:
            raise ValueError(f"a batch has at least one clip, not {n}")
        return self._batches(n)

    def _batches(self, n: int) -> Generator[tuple[torch.Tensor, torch.Tensor], None, None]:
        batch: list[tuple[Clip, torch.Tensor]] = []
        with closing(self._all_crops()) as taken:
            for each in taken:
                batch.append(each)
                if len(batch) == n:
                    yield self._ready(batch)
                    batch = []
        if batch:
            yield self._ready(batch)
        self.refuse_unusable()

    def _ready(self, batch: Sequence[tuple[Clip, torch.Tensor]]) -> tuple[torch.Tensor, torch.Tensor]:
        pixels = model_input([crops for _, crops in batch], self.profile)
        return pixels.to(self._decoding.device), self._targets.of([clip for clip, _ in batch])

    def _all_crops(self) -> Generator[tuple[Clip, torch.Tensor], None, None]:
        """Every usable clip with its crops, kept ones or decoded now."""
        if self._spoiled:
            self.refuse_spoiled()
        clips = [clip for clip in self.sample if clip.id not in self._skipped]
        missing = [clip for clip in clips if clip.id not in self._crops]
        decoded_now = {clip.id for clip in missing}
        with closing(self._decoded(missing)) as decoded:
            for clip in clips:
                crops = next(decoded) if clip.id in decoded_now else self._crops[clip.id]
                if crops is not None:
                    yield clip, crops
                elif self._spoiled:
                    break
        if self._spoiled:
            # All are decoded first: whoever mends the set wants every bad file by name.
            self.refuse_spoiled()

    def _decoded(self, clips: Sequence[Clip]) -> Generator[torch.Tensor | None, None, None]:
        """The crops of each clip, or None when it is one to skip."""
        with closing(
            prefetch([clip.source for clip in clips], self.profile.crop_spec, self._decoding.shelf)
        ) as outcomes:
            for clip, outcome in zip(clips, outcomes, strict=True):
                if isinstance(outcome, Undecodable):
                    if clip.id in self._usable:
                        raise VidcompressError(f"{clip.path} changed while tests ran: {outcome}") from outcome
                    self._skipped[clip.id] = Skipped.of(clip, outcome)
                    self._spoiled = len(self._skipped) > self._decoding.most_skipped * len(self.sample)
                    yield None
                    continue
                self._usable.add(clip.id)
                if self._keep:
                    self._crops[clip.id] = outcome
                yield outcome

    def __len__(self) -> int:
        return len(self.load())

    @overload
    def __getitem__(self, index: int) -> Clip: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Clip, ...]: ...
    def __getitem__(self, index: int | slice) -> Clip | tuple[Clip, ...]:
        return self.load()[index]
