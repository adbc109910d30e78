"""Clips and sets of clips: names, labels and paths, no pixels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from ..errors import VidcompressError
from .labels import normal_form

Source = Path | Callable[[], Any]
"""What a clip's frames are read from."""


@runtime_checkable
class FrameSource(Protocol):
    """A function that returns a clip's frames, and can give some of them by themselves."""

    @property
    def count(self) -> int:
        """How many there are."""
        ...

    @property
    def fps(self) -> float:
        """Of them a second."""
        ...

    def frames(self, indices: Sequence[int]) -> Any:
        """Some of them, as the function returns all: RGB uint8 `(T, H, W, 3)`."""
        ...


_KINDS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "id": (lambda value: isinstance(value, str), "a text"),
    "label": (lambda value: isinstance(value, str), "one text"),
    "path": (lambda value: isinstance(value, Path), "a pathlib.Path"),
    "pixels": (lambda value: value is None or callable(value), "a function that returns them"),
    "others": (
        lambda value: isinstance(value, tuple) and all(isinstance(each, str) for each in value),  # pyright: ignore[reportUnknownVariableType]
        "a tuple of texts",
    ),
}
"""Field of a clip -> what it is held to, and in words."""


@dataclass(frozen=True)
class Clip:
    """One labelled video.

    Raises:
        VidcompressError: a field is of another kind, or a label is there twice.
    """

    id: str
    """Unique in its set, and the same on every machine (a Kinetics clip's YouTube id)."""
    label: str
    """As the clip set spells it."""
    path: Path
    """A video file, a folder of numbered pictures, or a `.npy` or `.pt` file of frames: see `decode`. With `pixels`,
    what messages call it."""
    pixels: Callable[[], Any] | None = field(default=None, repr=False)
    """Where it is no file of its own: returns its frames, RGB uint8 `(T, H, W, 3)`, as an array or a tensor."""
    others: tuple[str, ...] = ()
    """Labels besides the first, in a set of which clips have several."""

    def __post_init__(self) -> None:
        for name, (is_right, expected) in _KINDS.items():
            value: Any = getattr(self, name)
            if not is_right(value):
                raise VidcompressError(f"clip {self.id!r} cannot have {name}={value!r}: expected {expected}")
        if self.others:
            self._refuse_repeated()

    def _refuse_repeated(self) -> None:
        known = dict[str, str]()
        for label in self.labels:
            form = normal_form(label)
            if form in known:
                same = "" if known[form] == label else f", as {known[form]!r} and as {label!r}"
                raise VidcompressError(
                    f"clip {self.id!r} has label {label!r} twice{same}: give each of its labels once"
                )
            known[form] = label

    @property
    def labels(self) -> tuple[str, ...]:
        """All of them, the first one first."""
        return (self.label, *self.others)

    @property
    def source(self) -> Source:
        """What its frames are read from."""
        return self.pixels or self.path


@dataclass(frozen=True)
class ClipSet:
    """A collection of clips with a label list.

    Raises:
        VidcompressError: two clips have one id, or one is no clip, or has several labels in a set of which none has.
    """

    name: str
    """What baselines call it: `pocket`, or the folder's name."""
    labels: tuple[str, ...]
    """Every label that the set's annotations know, sorted; also those that no clip here has."""
    clips: tuple[Clip, ...]
    """The clips whose file is there, in annotation order."""
    absent: int = 0
    """Annotated clips whose file is not there."""
    layout: str = ""
    """How it lies on disk, in a few words; empty for a set that was not read from a folder or a list."""
    spare: tuple[Clip, ...] = ()
    """Clips that are never tested, for techniques that calibrate; empty: they take what is not in the sample."""
    training: Sequence[Clip] | Callable[[], Sequence[Clip]] = field(default=(), repr=False, compare=False)
    """Clips that are never tested, for techniques that train; a function where it takes time to find them. They may
    be made one by one, in any number, by a sequence whose `repr` says what makes them: what is learned of them is
    found again by that. A list or a tuple is known by the ids and labels of its clips."""
    several_labels: bool = False
    """Whether a clip may have more than one label, or more than one may be right: models are then asked about each
    label by itself."""

    def __post_init__(self) -> None:
        # What is known of a clip is found again by its id: of two with one id, one would speak for both.
        known: dict[str, Clip] = {}
        for clip in (*self.clips, *self.spare):
            if not isinstance(clip, Clip):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise VidcompressError(
                    f"clip set {self.name!r} holds {clip!r}, expected Clip(id, label, path)"
                )
            other = known.setdefault(clip.id, clip)
            if other is not clip:
                named = f"{clip.path.parent.name}/{clip.path.stem}"
                raise VidcompressError(
                    f"clip set {self.name!r} has two clips with id {clip.id!r}, {other.path} and {clip.path}: an id "
                    f"tells a clip from all others, so put the folder into it, such as {named!r}"
                )
            self.refuse_several(clip)

    def refuse_several(self, clip: Clip) -> None:
        """Refuses a clip with more labels than one of this set's may have.

        Raises:
            VidcompressError: it has several, and the set does not say that clips have.
        """
        if clip.others and not self.several_labels:
            raise VidcompressError(
                f"clip set {self.name!r}: clip {clip.id!r} has {len(clip.labels)} labels, "
                f"{', '.join(map(repr, clip.labels))}, where each clip has one: give the ClipSet "
                "several_labels=True, or the clip one label"
            )

    @property
    def training_clips(self) -> Sequence[Clip]:
        """Clips to train on; none where the set has none.

        Raises:
            VidcompressError: they cannot be found.
        """
        return self.training() if callable(self.training) else self.training

    def describe(self) -> str:
        """One line for people: `annotation CSV, flat folder: 19,906 rows, 19,881 files, 25 absent`."""
        files = len(self.clips)
        counts = f"{files + self.absent:,} rows, {files:,} files, {self.absent:,} absent"
        return (
            f"{self.layout}: {counts if self.absent else f'{files:,} files'}"
            if self.layout
            else f"{files:,} clips"
        )
