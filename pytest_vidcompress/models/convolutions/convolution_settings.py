"""What a 3-D CNN is built of, as its `config.json` says it. Light: imports no torch.

    {"model_type": "r2plus1d", "widths": [64, 128, 256, 512], "depths": [2, 2, 2, 2], "stem_width": 64,
     "num_frames": 16, "image_size": 112, "id2label": {"0": "abseiling", ...}}

What is left out is as the published model has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self

from ...errors import VidcompressError
from ...untrusted import Malformed, mapping, number, optional, whole, wholes
from ..own.label_names import label_names

STAGES = 4
"""Of every one of them, as of the residual networks that they grew from."""
_MOST = 1 << 16
_MOST_BLOCKS = 256


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Of one model; read by the names that configurations of transformers have."""

    model_type: ClassVar[str]
    id2label: Mapping[int, str]
    num_frames: int
    """That it is shown of a clip: it takes any number."""
    image_size: int
    """Height and width of a crop, pixels: likewise."""
    widths: tuple[int, ...]
    """Channels that each stage gives."""
    depths: tuple[int, ...]
    """Residual blocks of each stage."""
    stem_width: int
    """Channels that the stem gives."""

    @property
    def num_labels(self) -> int:
        return len(self.id2label)

    def to_dict(self) -> dict[str, Any]:
        """What `config.json` says."""
        said = {each.name: getattr(self, each.name) for each in fields(self)}
        listed = {key: [*value] for key, value in said.items() if isinstance(value, tuple)}
        return {"model_type": self.model_type, **said, **listed, "id2label": dict(self.id2label)}

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Self:
        """The settings in a `config.json`.

        Raises:
            VidcompressError: something is missing, or cannot be.
        """
        given = {key: [*value] if isinstance(value, tuple) else value for key, value in said.items()}
        try:
            read: dict[str, Any] = {
                "id2label": label_names(mapping(given, "id2label")),
                "num_frames": whole(given, "num_frames", 1, _MOST),
                "image_size": whole(given, "image_size", 1, _MOST),
                "widths": optional(wholes, given, "widths", STAGES, 1, _MOST),
                "depths": optional(wholes, given, "depths", STAGES, 1, _MOST_BLOCKS),
            }
            for each in fields(cls):
                if each.name not in read:
                    read[each.name] = _extent(given, each.name, each.default)
        except Malformed as error:
            raise VidcompressError(f"config.json of a {cls.model_type} model: {error}") from None
        return cls(**{key: value for key, value in read.items() if value is not None})


@dataclass(frozen=True, kw_only=True)
class R2plus1dSettings(Settings):
    """R(2+1)D of 18 layers."""

    model_type: ClassVar[str] = "r2plus1d"
    widths: tuple[int, ...] = (64, 128, 256, 512)
    depths: tuple[int, ...] = (2, 2, 2, 2)
    stem_width: int = 64
    stem_planes: int = 45
    """Channels between the two convolutions of the stem."""


@dataclass(frozen=True, kw_only=True)
class X3dSettings(Settings):
    """X3D-S and X3D-M, which differ in what they are shown alone."""

    model_type: ClassVar[str] = "x3d"
    widths: tuple[int, ...] = (24, 48, 96, 192)
    depths: tuple[int, ...] = (3, 5, 11, 7)
    stem_width: int = 24
    expansion: float = 2.25
    """Channels inside of a block, to those that it gives."""
    squeeze: float = 0.0625
    """Channels that a squeeze-and-excitation computes in, to those that it weighs."""
    head_width: int = 2048
    """Features that the classifier takes."""


@dataclass(frozen=True, kw_only=True)
class I3dSettings(Settings):
    """I3D of a ResNet-50."""

    model_type: ClassVar[str] = "i3d"
    widths: tuple[int, ...] = (256, 512, 1024, 2048)
    depths: tuple[int, ...] = (3, 4, 6, 3)
    stem_width: int = 64


def _extent(said: Mapping[str, Any], key: str, default: Any) -> Any:
    """A width, or a ratio of widths where the published one is no whole number."""
    if isinstance(default, float):
        return optional(number, said, key, 1 / _MOST, _MOST)
    return optional(whole, said, key, 1, _MOST)
