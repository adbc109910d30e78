"""The `vc_clips` fixture: sampled clips, and batches of pixels ready for a model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import overload

import torch

from ..errors import VidcompressError
from .cache import cached_crop
from .clip import Clip, Skipped
from .decode import Undecodable
from .preprocess import normalize
from .profile import Profile

Progress = Callable[[str, int, int], None]
"""Called with what is going on, how much of it is done, and the total."""

_KEPT_BYTES = 2 << 30


class Clips(Sequence[Clip]):
    """The usable clips of a sample, in its order.

    A clip that cannot be decoded is left out and named in `skipped`; nothing takes its place. Decoding
    happens once, when the length, a clip or a batch is first asked for.

    Args:
        clips: the sample.
        labels: every label of the clip set.
        label_ids: label -> index among the model's outputs; has all labels of `clips`.
        profile: what the model expects.
        cache_folder: where decoded clips are kept from run to run; None for nowhere.
        progress: told about decoding.
    """

    def __init__(
        self,
        clips: Sequence[Clip],
        labels: Sequence[str],
        label_ids: Mapping[str, int],
        profile: Profile,
        cache_folder: Path | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.labels = tuple(labels)
        self._sample = tuple(clips)
        self._label_ids = dict(label_ids)
        self._profile = profile
        self._cache_folder = cache_folder
        self._progress = progress
        self._usable: tuple[Clip, ...] | None = None
        self._skipped: tuple[Skipped, ...] = ()
        self._crops: dict[str, torch.Tensor] = {}

    def load(self) -> tuple[Clip, ...]:
        """Decodes all clips, unless that has been done, and returns the usable ones."""
        if self._usable is not None:
            return self._usable
        profile, total = self._profile, len(self._sample)
        keep = total * profile.frames * 3 * profile.size**2 < _KEPT_BYTES
        usable: list[Clip] = []
        skipped: list[Skipped] = []
        for done, clip in enumerate(self._sample, 1):
            try:
                crops = cached_crop(clip.path, profile, self._cache_folder)
            except Undecodable as error:
                skipped.append(Skipped(clip, str(error)))
            else:
                usable.append(clip)
                if keep:
                    self._crops[clip.id] = crops
            if self._progress is not None:
                self._progress("decoding clips", done, total)
        self._usable, self._skipped = tuple(usable), tuple(skipped)
        return self._usable

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """The clips of the sample that could not be used, with reasons."""
        self.load()
        return self._skipped

    def batches(self, n: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """Model input and the right answers, clip by clip in order; the last batch may be smaller.

        Args:
            n: clips per batch.

        Returns:
            Pixels, float32 `(B, T, C, H, W)` or as the profile's layout says, and the int64 `(B,)` indices
            of their labels among the model's outputs.

        Raises:
            ValueError: `n` is below one.
            VidcompressError: not one clip is usable, or one stopped to be.
        """
        if n < 1:
            raise ValueError(f"a batch has at least one clip, not {n}")
        clips = self.load()
        if not clips:
            first = f": {self._skipped[0].clip.path}: {self._skipped[0].reason}" if self._skipped else ""
            raise VidcompressError(f"none of the {len(self._sample)} clips can be used{first}")
        return (self._batch(clips[start : start + n]) for start in range(0, len(clips), n))

    def _batch(self, clips: Sequence[Clip]) -> tuple[torch.Tensor, torch.Tensor]:
        profile = self._profile
        crops = torch.stack([self._crop(clip) for clip in clips])
        pixels = normalize(crops, profile.mean, profile.std)
        if profile.layout == "BCTHW":
            pixels = pixels.transpose(1, 2).contiguous()
        return pixels, torch.tensor([self._label_ids[clip.label] for clip in clips])

    def _crop(self, clip: Clip) -> torch.Tensor:
        kept = self._crops.get(clip.id)
        if kept is not None:
            return kept
        try:
            return cached_crop(clip.path, self._profile, self._cache_folder)
        except Undecodable as error:
            raise VidcompressError(f"{clip.path} changed while tests ran: {error}") from error

    def __len__(self) -> int:
        return len(self.load())

    @overload
    def __getitem__(self, index: int) -> Clip: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Clip, ...]: ...
    def __getitem__(self, index: int | slice) -> Clip | tuple[Clip, ...]:
        return self.load()[index]
