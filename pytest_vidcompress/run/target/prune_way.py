"""Shares of `prune-global`, for bytes: its zeros are packed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .way import DIGITS, MOST_SHARE


@dataclass(frozen=True)
class PruneWay:
    """Weights that become zero, and the others make up for it."""

    likely: float
    """The strength that is likely to meet the budget."""

    @property
    def technique(self) -> str:
        return "prune-global"

    def recipe(self, strength: float) -> str:
        return self._written(strength, ",score=second-order")

    def draft(self, strength: float) -> str:
        return self._written(strength, "")

    def others(self, strength: float) -> Sequence[str]:
        return ()

    def _written(self, strength: float, more: str) -> str:
        amount = round(MOST_SHARE * strength, DIGITS)
        return f"{self.technique}:amount={amount:g}{more}" if amount else ""


def prune_way(goal: float) -> PruneWay:
    """That which leaves about a share of the bytes.

    Args:
        goal: of what is left without.
    """
    return PruneWay(min(1.0, max(0.0, (1 - goal) / MOST_SHARE)))
