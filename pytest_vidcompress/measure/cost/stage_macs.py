"""Multiply-accumulates by the stages of a module."""

from __future__ import annotations

from collections import Counter

from torch import nn

from .macs import Work
from .stage_costs import stage_at, stages_of
from .watch import parts


def stage_macs(module: nn.Module, counted: Work) -> dict[str, int]:
    """Stage -> what of a module's work happens in it; empty of one that shows no stages.

    Args:
        counted: its work, by the names that `watch.parts` gives.
    """
    _, shown = next(parts(module))
    stages = stages_of(shown)
    found = Counter(dict.fromkeys(stages, 0))
    for name, operators in counted.by_module.items():
        if stage := stage_at(stages, name):
            found[stage] += sum(operators.values())
    return dict(found)
