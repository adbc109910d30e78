"""Seconds of a variant and its reference that were taken in turns, a pair a turn: what a ratio is known by. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property

from .interval import Estimate, median_interval
from .latency.blocks import Confirmation, Turn


@dataclass(frozen=True)
class PairedSeconds:
    """Pair by pair; empty where nothing was taken."""

    variant_s: tuple[float, ...] = ()
    reference_s: tuple[float, ...] = field(default=(), repr=False)
    planned: int = 0
    """Pairs, if nothing is decided before."""

    @cached_property
    def confirmation(self) -> Confirmation:
        """The pairs as turns of a single pair each, which is what the latency test weighs."""
        pairs = zip(self.variant_s, self.reference_s, strict=True)
        turns = tuple(Turn((variant,), (reference,)) for variant, reference in pairs)
        spent = tuple(min(1.0, (place + 1) / self.planned) for place in range(len(turns)))
        return Confirmation(turns, spent)

    @property
    def log_ratios(self) -> tuple[float, ...]:
        """Natural logarithm of variant over reference: of the pairs that no neighbour disturbed, or of all."""
        pairs = zip(self.variant_s, self.reference_s, strict=True)
        return self.confirmation.log_ratios or tuple(
            math.log(variant / reference) for variant, reference in pairs
        )

    @property
    def ratio(self) -> Estimate | None:
        """Variant over reference: geometric median of the pairs; None where there are none."""
        return Estimate(*map(math.exp, median_interval(self.log_ratios))) if self.variant_s else None
