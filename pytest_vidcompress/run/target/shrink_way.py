"""Ways of `shrink`: whole heads, blocks and channels that go, and as many neurons as meet the rest of the budget."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product

from ...compress.shrink.allocation import kept_of
from ...measure.sensitivity.sensitivity import BLOCK, HEADS, MLP, Sensitivity
from .way import DIGITS, MOST_SHARE

MOST_STEPS = 0.5
"""Of heads, blocks or channels that go: of more, neurons are hardly anything."""
WIDTH_DIGITS = 6
"""Of the share of channels: they leave a whole number of even a wide token, which `shrink` asks for."""
_EIGHTHS = 8
"""Channels go by these."""
_CLOSE = 0.02
"""By which an estimate may miss the budget."""
_BY_CHANCE = ("repair=none", "choice=random")


@dataclass(frozen=True)
class Shares:
    """What goes, as `shrink` takes it."""

    mlp: float = 0.0
    heads: float = 0.0
    blocks: int = 0
    width: float = 0.0

    def recipe(self, *more: str) -> str:
        """The text of `shrink` with these; nothing where nothing goes.

        Args:
            more: other parameters, each `name=value`.
        """
        shown = [
            f"{name}={round(value, WIDTH_DIGITS if name == 'width' else DIGITS):g}"
            for name, value in self._given
        ]
        return f"shrink:{','.join([*shown, *more])}" if shown else ""

    @property
    def _given(self) -> list[tuple[str, float]]:
        each = (
            *(("mlp", self.mlp), ("heads", self.heads)),
            *(("blocks", float(self.blocks)), ("width", self.width)),
        )
        return [(name, value) for name, value in each if round(value, DIGITS)]


@dataclass(frozen=True)
class Steps:
    """What goes at any strength."""

    heads: float = 0.0
    """Share of them."""
    blocks: int = 0
    width: float = 0.0
    """Share of the channels."""

    @property
    def axes(self) -> tuple[bool, bool, bool]:
        """Which of them go."""
        return bool(self.heads), bool(self.blocks), bool(self.width)


@dataclass(frozen=True)
class ShrinkWay:
    """The stronger, the fewer neurons are left."""

    steps: Steps
    neurons: int
    """Of a block."""
    likely: float = 0.0
    """The strength that is likely to meet the budget."""

    @property
    def technique(self) -> str:
        return "shrink"

    def at(self, strength: float) -> Shares:
        """What goes at a strength from 0 to 1."""
        steps = self.steps
        return Shares(removed(MOST_SHARE * strength, self.neurons), steps.heads, steps.blocks, steps.width)

    def recipe(self, strength: float) -> str:
        return self.at(strength).recipe()

    def draft(self, strength: float) -> str:
        return self.at(strength).recipe(*_BY_CHANCE)

    def others(self, strength: float) -> Sequence[str]:
        """The same shares, from the layers where they cost least."""
        shares = self.at(strength)
        return (shares.recipe("allocate=global"),) if shares.mlp or shares.heads else ()


@dataclass(frozen=True)
class Estimate:
    """What a sensitivity says of the way that meets a budget."""

    way: ShrinkWay
    cost: float
    """About how far from the whole model's answers it is, nats."""
    miss: float
    """By how much it misses the budget, though as many neurons go as can."""


@dataclass(frozen=True)
class Estimator:
    """Estimates ways by what a sensitivity says of work, or of time."""

    sensitivity: Sensitivity
    width: int
    """Channels of a token."""
    of: str
    """The share that counts: `macs_share` or `time_share` of a part."""

    def ways(self, goal: float) -> list[ShrinkWay]:
        """For each set of axes that can leave a share of the model the likely cheapest way.

        Where none can, those that come nearest.

        Args:
            goal: of what is left without them.
        """
        estimates = [self._estimate(steps, goal) for steps in self._steps()]
        able = [each for each in estimates if each.miss <= _CLOSE]
        if not able:
            nearest = min(each.miss for each in estimates)
            able = [each for each in estimates if each.miss <= nearest + _CLOSE]
        best: dict[tuple[bool, bool, bool], Estimate] = {}
        for each in sorted(able, key=lambda each: each.cost):
            best.setdefault(each.way.steps.axes, each)
        return [each.way for each in best.values()]

    def _steps(self) -> Iterable[Steps]:
        of = self.sensitivity
        heads = [gone / of.heads for gone in range(int(MOST_STEPS * of.heads) + 1)]
        blocks = range(max(1, int(MOST_STEPS * of.blocks) + 1))
        return (Steps(*each) for each in product(heads, blocks, self._widths()))

    def _widths(self) -> list[float]:
        """Shares of the channels after which the heads can share what is left."""
        heads, total = self.sensitivity.heads, self.width
        left = {
            round(total * (1 - gone / _EIGHTHS) / heads) * heads
            for gone in range(1, round(MOST_STEPS * _EIGHTHS) + 1)
        }
        return [0.0, *(1 - each / total for each in sorted(left) if 0 < each < total)]

    def _estimate(self, steps: Steps, goal: float) -> Estimate:
        """As many neurons go as the goal asks for beside these steps, or as may."""
        of = self.sensitivity
        most, least = (
            self._left(Shares(mlp, steps.heads, steps.blocks, steps.width)) for mlp in (0.0, MOST_SHARE)
        )
        strength = min(1.0, max(0.0, (most - goal) / max(1e-9, most - least)))
        miss = abs((most - strength * (most - least)) / goal - 1)
        way = ShrinkWay(steps, of.neurons, strength)
        return Estimate(way, self._cost(way.at(strength)), miss)

    def _left(self, shares: Shares) -> float:
        """Of the model, when these are gone."""
        of = self.sensitivity
        gone = shares.mlp * of.total(MLP, self.of) + shares.heads * of.total(HEADS, self.of)
        inside = (1 - shares.blocks / of.blocks) * (of.total(BLOCK, self.of) - gone)
        outside = max(0.0, 1 - of.total(BLOCK, self.of))
        return (1 - shares.width) * (outside + inside)

    def _cost(self, shares: Shares) -> float:
        """The square of each share of what all of it costs, and what the cheapest blocks in a row cost. What channels
        cost is not known: as much as what reads them."""
        of = self.sensitivity
        mlp, heads = of.total(MLP, "kl"), of.total(HEADS, "kl")
        return (
            shares.mlp**2 * mlp
            + shares.heads**2 * heads
            + shares.width**2 * (mlp + heads)
            + _cheapest_run(shares.blocks, of)
        )


def removed(share: float, total: int) -> float:
    """The share that really goes where this one is asked for: `shrink` removes whole ones."""
    return (total - kept_of(total, share)) / total


def _cheapest_run(blocks: int, sensitivity: Sensitivity) -> float:
    if not blocks:
        return 0.0
    costs = [part.kl for part in sensitivity.parts if part.axis == BLOCK]
    # The first block stays: the work of a run is done by the one before it.
    starts = range(1, len(costs) - blocks + 1)
    return min((sum(costs[start : start + blocks]) for start in starts), default=float("inf"))
