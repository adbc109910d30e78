"""What was found out while a run built its variants: where learned ones came from, and what meets a budget. Light."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...artefacts.kept.learned_origin import LearnedOrigin, Origin
from ...measure.sensitivity.sensitivity import Sensitivity


@dataclass(frozen=True)
class FoundRecipe:
    """What meets a budget."""

    model: str
    metric: str
    """`latency`, `size` or `macs`."""
    goal: float
    """Share of the reference's."""
    recipe: str
    """Its text, to be typed again."""
    value: float
    """Of the metric, when it was found."""
    tries: int
    agreement: float | None = None
    """Share of `clips` that it answers as the reference does; None where nobody asked."""
    clips: int = 0
    has_room: bool = False
    """It costs next to nothing, and leaves less than was asked for."""
    left_out: tuple[str, ...] = ()
    """What could not be tried, and why."""


@dataclass
class VariantNotes:
    """Filled while variants are built."""

    learned: dict[str, LearnedOrigin] = field(default_factory=dict[str, LearnedOrigin])
    """By recipe and model."""
    sensitivities: dict[str, Sensitivity] = field(default_factory=dict[str, Sensitivity])
    """By model; those that were asked for."""
    targets: dict[str, FoundRecipe] = field(default_factory=dict[str, FoundRecipe])
    """By budget and model."""

    def merge(self, other: VariantNotes) -> None:
        """Takes over what another process of the run found: what one has trained the others found in the cache."""
        self.learned |= other.learned | _trained(self.learned)
        self.sensitivities |= other.sensitivities
        self.targets |= other.targets


def _trained(learned: Mapping[str, LearnedOrigin]) -> dict[str, LearnedOrigin]:
    return {name: each for name, each in learned.items() if each.origin is Origin.TRAINED}
