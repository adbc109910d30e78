"""What the parts of a model cost where they go, and give. Light."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ...untrusted import number, objects, one_of, text, whole

MLP, HEADS, BLOCK = AXES = ("mlp", "heads", "block")
"""The feed-forward layer of a block, its attention, and both."""


@dataclass(frozen=True)
class PartSensitivity:
    """A part of one block, in whose place stands the mean of what it gives."""

    block: int
    """From 0."""
    axis: str
    """Of `AXES`."""
    kl: float
    """From the whole model's answers, nats, mean over the clips."""
    agreement: float
    """Share of the clips that are still answered alike."""
    macs_share: float
    """Of the model's multiply-accumulates, that happen in it."""
    time_share: float
    """Of a call's time, that is spent in it."""


@dataclass(frozen=True)
class Sensitivity:
    """Of one model."""

    model: str
    clips: int
    """That it was asked of: those that techniques calibrate on."""
    neurons: int
    """Of a feed-forward layer."""
    heads: int
    """Of an attention."""
    parts: tuple[PartSensitivity, ...]
    """By block, and in a block as `AXES`."""

    @property
    def blocks(self) -> int:
        return len({part.block for part in self.parts})

    def total(self, axis: str, of: str) -> float:
        """Of one axis in all blocks; `of` is a field of its parts."""
        return sum(getattr(part, of) for part in self.parts if part.axis == axis)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Sensitivity:
        """What `as_json` gave.

        Raises:
            Malformed: it is something else.
        """
        parts = tuple(
            PartSensitivity(
                whole(each, "block"),
                one_of(each, "axis", AXES),
                float(number(each, "kl", 0)),
                float(number(each, "agreement", 0, 1)),
                float(number(each, "macs_share", 0, 1)),
                float(number(each, "time_share", 0)),
            )
            for each in objects(document, "parts")
        )
        clips, neurons, heads = (whole(document, name) for name in ("clips", "neurons", "heads"))
        return cls(text(document, "model"), clips, neurons, heads, parts)
