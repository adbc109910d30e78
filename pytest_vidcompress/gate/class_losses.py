"""Which classes lost more clips than chance explains. It informs: no verdict hangs on one class. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from ..measure.accuracy.class_counts import ClassCount
from .statistics import holm, mcnemar

ALPHA = 0.05
"""Chance that any class of a variant is named although none was hurt."""


def chances(classes: Sequence[ClassCount]) -> tuple[float, ...]:
    """Of each class, the chance of so many losses had it not been hurt, as it counts among them all.

    The exact McNemar test of its clips, after Holm over the classes.
    """
    return holm([mcnemar(each.lost, each.gained) for each in classes])


def fewest_lost(classes: int) -> int:
    """Clips that one class must lose, and gain none, to be named among so many."""
    lost = 1
    while classes * 0.5**lost >= ALPHA:
        lost += 1
    return lost
