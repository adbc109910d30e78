"""What a model expects of its input: which frames and squares, how they are scaled, how views merge."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, Literal, cast, get_args

from ..errors import VidcompressError
from ..untrusted import Malformed

Sampling = Literal["span", "stride", "uniform", "even", "segments"]
Layout = Literal["BTCHW", "BCTHW"]
FRAME_AXIS: Mapping[Layout, int] = {"BTCHW": 1, "BCTHW": 2}
Merge = Literal["logits", "softmax"]
Middle = Literal["floor", "ceil"]

_MOST_EXTENT = 1 << 16
"""Frames, their distance, and pixels of a side that a model may ask for."""
_LEAST_STD = 1e-6
_CROPS = (1, 3)
"""What the field uses: the centre, or both ends and the middle of the long side."""


@dataclass(frozen=True)
class Views:
    """How much of a video a model is shown; its text is `clips` x `crops`, such as `5x3`."""

    clips: int = 1
    """Runs of frames, from the video's beginning to its end: see `crops.sampling`."""
    crops: int = 1
    """1: the centre; 3: along the long side. See `crops.preprocess`."""

    def __post_init__(self) -> None:
        if self.clips < 1 or self.crops not in _CROPS:
            raise ValueError(
                f"views must be at least one clip times one or three crops, such as 1x1 or 5x3, not {self}"
            )

    @property
    def count(self) -> int:
        return self.clips * self.crops

    def __str__(self) -> str:
        return f"{self.clips}x{self.crops}"

    @classmethod
    def parse(cls, text: str) -> Views:
        """Reads `CLIPSxCROPS`.

        Raises:
            ValueError: it is not that, or there are no such views.
        """
        match = re.fullmatch(r"([0-9]{1,4})x([0-9]{1,4})", text)
        if not match:
            raise ValueError(f"views must be written CLIPSxCROPS, such as 1x1 or 5x3, not {text!r}")
        return cls(int(match[1]), int(match[2]))


@dataclass(frozen=True)
class CropSpec:
    """What decides the crops of a video, and nothing else: plain data, which may go to another process."""

    frames: int
    rate: int
    size: int
    sampling: Sampling = "uniform"
    views: Views = field(default_factory=Views)
    middle: Middle = "floor"
    resize: int = 0
    chosen: tuple[int, ...] = ()

    @property
    def short_side(self) -> int:
        """Of a frame before it is cut, pixels."""
        return self.resize or self.size

    @property
    def shape(self) -> tuple[int, int, int, int, int]:
        """Of the crops of one video: `(views, frames, 3, size, size)`, of some frames alone where they are chosen."""
        return self.views.count, len(self.chosen) or self.frames, 3, self.size, self.size

    @property
    def size_bytes(self) -> int:
        """Of the crops of one video, a byte a value."""
        return math.prod(self.shape)


@dataclass(frozen=True)
class Profile:
    """Input protocol of a video classifier, and its module names.

    Pixels are float32 `(B, T, C, H, W)` with `T = frames` and `H = W = size`, or `(B, C, T, H, W)` when
    `layout` is `"BCTHW"`.

    Raises:
        VidcompressError: a value is out of range, or none of the choices.
    """

    frames: int
    """Frames per clip; the weights know this number and no other."""
    rate: int
    """Distance between sampled frames, in frames of a 30 fps video (`span`) or of the file (`stride`)."""
    size: int
    """Height and width of a crop, pixels."""
    mean: tuple[float, float, float] = (0.485, 0.456, 0.406)
    std: tuple[float, float, float] = (0.229, 0.224, 0.225)
    """Channel statistics of RGB values in [0, 1]."""
    sampling: Sampling = "uniform"
    """How frames are chosen: see `crops.sampling`."""
    layout: Layout = "BTCHW"
    modules: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """Scope (`global`, `attention`, `dense`) -> patterns of weight-matrix modules, `{layer}` for the block."""
    views: Views = field(default_factory=Views)
    """What this run looks at."""
    published: Views = field(default_factory=Views)
    """What the accuracy that was published is of."""
    merge: Merge = "logits"
    """How the views of a video become one prediction: by the mean of their logits, or of their softmax."""
    middle: Middle = "floor"
    """How the offset of the middle one of three crops is rounded: see `crops.preprocess`."""
    resize: int = 0
    """What the short side of a frame is resized to before it is cut, pixels; 0: to `size`."""
    chosen: tuple[int, ...] = ()
    """Of the `frames`, from 0, those that are looked at: the others need not be decoded. Empty: all."""

    def __post_init__(self) -> None:
        for name in _READERS:
            value = getattr(self, name)
            try:
                _READERS[name](value)
            except ValueError as error:
                raise VidcompressError(f"a profile cannot have {name}={value!r}: expected {error}") from None
        if self.chosen and self.chosen[-1] >= self.frames:
            raise VidcompressError(
                f"a profile cannot have chosen={self.chosen}: its {self.frames} frames are numbered from 0"
            )
        if 0 < self.resize < self.size:
            raise VidcompressError(
                f"a profile cannot have resize={self.resize}: expected at least its size={self.size}, or 0"
            )

    @property
    def crop_spec(self) -> CropSpec:
        """The part that decides the crops of a video."""
        return CropSpec(**{each.name: getattr(self, each.name) for each in fields(CropSpec)})

    @property
    def pixels(self) -> dict[str, Any]:
        """Whatever decides the pixels of a view, by name: two models of equal ones are shown the same, whichever of
        its frames they look at."""
        others = ("views", "chosen")
        named = {each.name: getattr(self, each.name) for each in fields(CropSpec) if each.name not in others}
        return named | {"mean": self.mean, "std": self.std, "layout": self.layout}

    @property
    def protocol(self) -> str:
        """What this run looks at, in words, such as `16x4, 1x1 views`."""
        return f"{self._frames_text}, {self.views} views"

    @property
    def protocol_words(self) -> str:
        """The same as part of a sentence, such as `1x1 views of 16x4`."""
        return f"{self.views} views of {self._frames_text}"

    @property
    def _frames_text(self) -> str:
        by_rate = self.sampling in ("span", "stride")
        return f"{self.frames}x{self.rate}" if by_rate else f"{self.frames} frames {self.sampling}"

    @property
    def protocol_details(self) -> str:
        """What else this run looks at, which `protocol` leaves out: `stride, 224 of 256 px`, and how views merge."""
        merge = f", mean of {self.merge}" if self.views.count > 1 else ""
        return f"{self.sampling}, {self.size} of {self.crop_spec.short_side} px{merge}"

    def as_json(self) -> dict[str, Any]:
        """Its fields as `from_json` reads them."""
        document = {each.name: getattr(self, each.name) for each in fields(self)}
        for name in _NEWER:  # artefacts of before do not have them, and their sizes are held exactly
            if not document[name]:
                del document[name]
        return document | {
            "modules": dict(self.modules),
            "views": str(self.views),
            "published": str(self.published),
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Profile:
        """What `as_json` wrote, and JSON kept.

        Raises:
            Malformed: it did not write that.
        """
        for name in sorted(_READERS.keys() - document.keys() - _NEWER):
            raise Malformed(f"{name} is missing")
        for name in sorted(document.keys() - _READERS.keys()):
            raise Malformed(f"a profile has no {name!r}")
        given: dict[str, Any] = {}
        for name, value in document.items():
            try:
                given[name] = read_field(name, value)
            except ValueError as error:
                raise Malformed(f"{name}: expected {error}") from None
        return cls(**given)


def read_field(name: str, value: Any) -> Any:
    """A field of a profile as somebody wrote it in JSON.

    Raises:
        ValueError: it cannot be that; the text is what was expected.
    """
    return _READERS[name](value)


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError("a whole number of at least 1")
    if value > _MOST_EXTENT:
        raise ValueError(f"a whole number of at most {_MOST_EXTENT:,}")
    return value


def _whole_or_none(value: Any) -> int:
    return 0 if isinstance(value, int) and value == 0 else _whole(value)


def _frames(value: Any) -> tuple[int, ...]:
    numbers = cast("Sequence[Any]", value if isinstance(value, list | tuple) else ("",))
    whole = all(isinstance(each, int) and not isinstance(each, bool) and each >= 0 for each in numbers)
    if not whole or [*numbers] != sorted({*numbers}):
        raise ValueError("numbers of frames from 0, ascending, or none")
    return tuple(numbers)


def _channels(value: Any) -> tuple[float, ...]:
    numbers = cast("Sequence[Any]", value if isinstance(value, list | tuple) else ())
    right = len(numbers) == 3 and all(isinstance(each, int | float) for each in numbers)
    if not right or not all(math.isfinite(each) for each in numbers):
        raise ValueError("three numbers, one for each of red, green and blue")
    return tuple(map(float, numbers))


def _spread(value: Any) -> tuple[float, ...]:
    numbers = _channels(value)
    if min(numbers) < _LEAST_STD:
        raise ValueError("three numbers above 0, one for each of red, green and blue")
    return numbers


def _one_of(literal: Any) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if value not in get_args(literal):
            raise ValueError(f"one of {', '.join(get_args(literal))}")
        return value

    return read


def _views(value: Any) -> Views:
    try:
        return value if isinstance(value, Views) else Views.parse(str(value))
    except ValueError:
        raise ValueError("CLIPSxCROPS with 1 or 3 crops, such as 5x3") from None


def _modules(value: Any) -> dict[str, tuple[str, ...]]:
    scopes = cast("Mapping[Any, Any]", value if isinstance(value, Mapping) else {None: None})
    for scope, patterns in scopes.items():
        listed = isinstance(patterns, list | tuple)
        if not isinstance(scope, str) or not listed or not all(isinstance(each, str) for each in patterns):
            raise ValueError("names of scopes, and for each a list of patterns")
    return {scope: tuple(patterns) for scope, patterns in scopes.items()}


_NEWER = frozenset({"resize", "chosen"})
"""Fields that no profile had at first: written where they say something."""
_READERS: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {
        **dict.fromkeys(("frames", "rate", "size"), _whole),
        "mean": _channels,
        "std": _spread,
        "sampling": _one_of(Sampling),
        "layout": _one_of(Layout),
        "modules": _modules,
        "views": _views,
        "published": _views,
        "merge": _one_of(Merge),
        "middle": _one_of(Middle),
        "resize": _whole_or_none,
        "chosen": _frames,
    }
)
"""Field of a profile -> what checks a value of it, or raises ValueError with what was expected."""
