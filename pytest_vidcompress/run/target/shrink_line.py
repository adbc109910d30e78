"""Shares of `shrink` along one line: the stronger, the less is left, of each axis by what it costs to do without."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...compress.shrink.allocation import kept_of
from ...measure.sensitivity.sensitivity import BLOCK, HEADS, MLP, Sensitivity

MOST_SHARE = 0.9
"""Of neurons or heads that go."""
_LEAST_WEIGHT = 0.25
"""Of the dearer axis beside the cheaper one: a price is an estimate, and both shares together cost less than all of
one."""
_DIGITS = 4


@dataclass(frozen=True)
class Shares:
    """What goes, as `shrink` takes it."""

    mlp: float = 0.0
    heads: float = 0.0
    blocks: int = 0

    def recipe(self, *more: str) -> str:
        """The text of `shrink` with these; nothing where nothing goes.

        Args:
            more: other parameters, each `name=value`.
        """
        shown = [f"{name}={round(value, _DIGITS):g}" for name, value in self._given]
        return f"shrink:{','.join([*shown, *more])}" if shown else ""

    @property
    def _given(self) -> list[tuple[str, float]]:
        each = (("mlp", self.mlp), ("heads", self.heads), ("blocks", float(self.blocks)))
        return [(name, value) for name, value in each if round(value, _DIGITS)]


@dataclass(frozen=True)
class Line:
    """From nothing to as much as may go, with a number of blocks gone already."""

    mlp: float
    heads: float
    """How much faster one axis goes than the other; the cheaper one has 1."""
    neurons_of: int
    heads_of: int
    """Of a block."""
    blocks: int = 0
    fixed_heads: int | None = None
    """Heads that go at any strength; None: more and more."""

    def at(self, strength: float) -> Shares:
        """What goes at a strength from 0 to 1."""
        neurons = _removed(MOST_SHARE * strength * self.mlp, self.neurons_of)
        if self.fixed_heads is not None:
            return Shares(neurons, self.fixed_heads / self.heads_of, self.blocks)
        return Shares(neurons, _removed(MOST_SHARE * strength * self.heads, self.heads_of), self.blocks)

    def with_heads_at(self, strength: float) -> Line:
        """The line on which as many heads are gone as there, and neurons alone go on."""
        return replace(self, mlp=1.0, fixed_heads=round(self.at(strength).heads * self.heads_of))

    def cost(self, strength: float, sensitivity: Sensitivity) -> float:
        """About how far from the whole model's answers that is: the square of each share of what all of it costs, and
        what the cheapest blocks in a row cost."""
        shares = self.at(strength)
        neurons = shares.mlp**2 * sensitivity.total(MLP, "kl")
        return (
            neurons
            + shares.heads**2 * sensitivity.total(HEADS, "kl")
            + _cheapest_run(self.blocks, sensitivity)
        )


def lines(sensitivity: Sensitivity) -> list[Line]:
    """One for each number of blocks that may go, none first."""
    prices = {axis: _price(axis, sensitivity) for axis in (MLP, HEADS)}
    cheapest = min(prices.values())
    mlp, heads = (max(_LEAST_WEIGHT, cheapest / prices[axis]) for axis in (MLP, HEADS))
    sizes = (sensitivity.neurons, sensitivity.heads)
    return [Line(mlp, heads, *sizes, number) for number in range(sensitivity.blocks - 1)]


def _removed(share: float, total: int) -> float:
    """The share that really goes where this one is asked for: `shrink` removes whole ones."""
    return (total - kept_of(total, share)) / total


def _price(axis: str, sensitivity: Sensitivity) -> float:
    """Of an axis: divergence for a share of the work."""
    return max(1e-9, sensitivity.total(axis, "kl")) / max(1e-9, sensitivity.total(axis, "macs_share"))


def _cheapest_run(blocks: int, sensitivity: Sensitivity) -> float:
    if not blocks:
        return 0.0
    costs = [part.kl for part in sensitivity.parts if part.axis == BLOCK]
    # The first block stays: the work of a run is done by the one before it.
    starts = range(1, len(costs) - blocks + 1)
    return min((sum(costs[start : start + blocks]) for start in starts), default=float("inf"))
