"""Clips that may be trained on, as endless batches: the number of a step and the seed say which clips it is given."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from itertools import islice

import torch

from ..errors import VidcompressError
from .clip import Clip
from .crops.cached import cached_crop
from .crops.disk_cache import Shelf
from .crops.model_input import model_input
from .crops.prefetch import Outcome, prefetch
from .faults import Skipped, Undecodable
from .label_targets import Targets, as_targets
from .loader import Decoding
from .profile import Profile, Views
from .shuffle import shuffled

Refuse = Callable[[Clip], None]
"""Raises VidcompressError for a clip that may not be trained on."""

_PLANNED = 4096
"""Clips whose decoding is planned together."""
_TRIES = 16
"""Clips, one after another, that may be of no use."""
_ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]+")
"""In the text of an object that says nothing of itself: another one in every process."""


class TrainingClips:
    """Every clip comes once an epoch, in an order of that epoch; of each one view, in the middle of it.

    A step's batch is the same in every process, so that a training that was interrupted goes on as if it had not
    been. In the place of a clip that cannot be decoded stands the next one of the set.

    Args:
        clips: of any number: they are asked for one by one.
        label_ids: label -> index among the model's outputs; `Targets` where a clip may have several.
        profile: what the model expects.
        decoding: how clips are decoded, and which device takes their pixels.
        seed: another seed, other orders.
        refuse: asked about every clip before it is decoded.

    Raises:
        VidcompressError: there are none.
    """

    def __init__(
        self,
        clips: Sequence[Clip],
        label_ids: Mapping[str, int] | Targets,
        profile: Profile,
        decoding: Decoding | None = None,
        seed: int = 0,
        refuse: Refuse | None = None,
    ) -> None:
        if not clips:
            raise VidcompressError("there are no clips to train on")
        self.skipped: dict[str, Skipped] = {}
        """Clips that could not be decoded so far, by id."""
        self._clips = clips
        self._targets = as_targets(label_ids)
        self.profile = replace(profile, views=Views())
        """How clips are looked at."""
        self._decoding = decoding or Decoding()
        self._seed = seed
        self._refuse = refuse

    def __len__(self) -> int:
        """Clips of an epoch."""
        return len(self._clips)

    @property
    def digest(self) -> str:
        """Sixteen hexadecimal digits: of what decides the batches, but not of what is in the files.

        Raises:
            VidcompressError: clips that are made one by one do not say what makes them.
        """
        text = f"{self._seed} {sorted(self._targets.label_ids.items())} {self.profile.pixels}"
        if self._targets.several_labels:
            text += f", several of {self._targets.outputs}"
        text += "".join(f"{name}\n" for name in _names(self._clips))
        return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def batch(self, step: int, size: int) -> tuple[torch.Tensor, torch.Tensor]:
        """What the step of this number, from 0, is given: see `batches`."""
        with closing(self._batches(range(step, step + 1), size)) as batches:
            return next(batches)

    def batches(self, steps: range, size: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """The batches of some steps in order, decoded ahead of whoever takes them.

        Args:
            steps: their numbers, from 0, one after another.
            size: clips of a batch.

        Returns:
            Pixels, float32 `(size, T, C, H, W)` or as the profile's layout says, and the int64 `(size,)` indices of
            the clips' labels among the model's outputs, both on the device that takes them; of a set with several
            labels bool `(size, labels)`, which of the outputs are right.

        Raises:
            VidcompressError: when they are taken: a clip may not be trained on or has no label of the model, or many
                in a row cannot be decoded.
        """
        return self._batches(steps, size)

    def _batches(self, steps: range, size: int) -> Generator[tuple[torch.Tensor, torch.Tensor], None, None]:
        at_once = max(1, _PLANNED // size)
        for first in range(steps.start, steps.stop, at_once):
            stop = min(first + at_once, steps.stop)
            indices = [index for step in range(first, stop) for index in self.indices(step, size)]
            with closing(self._crops(indices)) as taken:
                for _ in range(first, stop):
                    batch = [*islice(taken, size)]
                    pixels = model_input([crops for _, crops in batch], self.profile)
                    yield pixels.to(self._decoding.device), self.targets([clip for clip, _ in batch])

    def indices(self, step: int, size: int) -> list[int]:
        """Which clips of the set the step of this number is given; decodes none."""
        return [self._index(place) for place in range(step * size, (step + 1) * size)]

    def clip(self, index: int) -> Clip:
        """One of the set.

        Raises:
            VidcompressError: it may not be trained on, or has no label of the model.
        """
        clip = self._clips[index]
        self._targets.refuse_unknown(clip)
        if self._refuse:
            self._refuse(clip)
        return clip

    def targets(self, clips: Sequence[Clip]) -> torch.Tensor:
        """Those of a batch of these clips."""
        return self._targets.of(clips).to(self._decoding.device)

    @property
    def shelf(self) -> Shelf | None:
        """Where what is made of clips is kept from run to run."""
        return self._decoding.shelf

    def _crops(self, indices: Sequence[int]) -> Generator[tuple[Clip, torch.Tensor], None, None]:
        """Clips of the set with their crops, uint8 `(1, T, 3, H, W)`."""
        clips = [self.clip(index) for index in indices]
        sources = [clip.source for clip in clips]
        with closing(prefetch(sources, self.profile.crop_spec, self._decoding.shelf)) as outcomes:
            for index, clip, outcome in zip(indices, clips, outcomes, strict=True):
                yield self._usable(index, clip, outcome)

    def _usable(self, index: int, clip: Clip, outcome: Outcome) -> tuple[Clip, torch.Tensor]:
        """The clip, or the first after it that can be decoded."""
        for turn in range(1, _TRIES + 1):
            if isinstance(outcome, torch.Tensor):
                return clip, outcome
            self.skipped[clip.id] = Skipped.of(clip, outcome)
            clip = self.clip((index + turn) % len(self._clips))
            try:
                outcome = cached_crop(clip.source, self.profile.crop_spec, self._decoding.shelf)
            except Undecodable as error:
                outcome = error
        raise VidcompressError(
            f"{_TRIES} clips to train on, one after another, cannot be used: the last is {clip.path}, {outcome}; get"
            " these files again"
        )

    def _index(self, place: int) -> int:
        """Of the clip at a place in the endless order, in the set."""
        epoch, place = divmod(place, len(self._clips))
        return shuffled(place, len(self._clips), f"{self._seed}:{epoch}")


def _names(clips: Sequence[Clip]) -> Iterable[str]:
    """What tells clips that are listed from others; of those that are made one by one what makes them."""
    if isinstance(clips, tuple | list):
        return ("\t".join((f"{clip.id} {clip.label}", *clip.others)) for clip in clips)
    text = repr(clips)
    if _ADDRESS.search(text):
        name = type(clips).__qualname__
        raise VidcompressError(
            f"clips to train on are a {name}, whose text {text!r} is another one in every process, so that what is"
            " learned of them could never be found again: expected a __repr__ that says what makes the clips, such as"
            f" {name}(folder, seed); give the class one (a frozen dataclass has it), or list the clips"
        )
    return (text,)
