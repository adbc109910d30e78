"""Cold starts: from an artefact on disk to the first answer, each in a process of its own. Pure.

A start has three parts. What loads is read from disk and checked, and put together; what is prepared is made ready to
run, or compiled; the first call answers a clip, and does what its runtime does only once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from statistics import median

from ..interval import Estimate
from ..latency.blocks import Confirmation
from ..paired_seconds import PairedSeconds

PARTS = ("load", "prepare", "first call")


@dataclass(frozen=True)
class ColdStart:
    """Of one process, which had imported everything and done nothing."""

    load_s: float
    prepare_s: float
    first_call_s: float
    own_bytes: int | None = None
    """The most memory that was resident, beyond what was before; None where the system does not say."""
    imported_bytes: int | None = None
    """What is resident where everything is imported and nothing done; likewise."""

    @property
    def total_s(self) -> float:
        return self.load_s + self.prepare_s + self.first_call_s

    @property
    def parts_s(self) -> tuple[float, ...]:
        """Of `PARTS`."""
        return self.load_s, self.prepare_s, self.first_call_s

    @property
    def peak_bytes(self) -> int | None:
        """The most memory of such a process, imports included."""
        if self.own_bytes is None or self.imported_bytes is None:
            return None
        return self.imported_bytes + self.own_bytes


@dataclass(frozen=True)
class Start:
    """Cold starts of a variant and its reference, in turns; all of them, or why there are none."""

    variant: tuple[ColdStart, ...] = ()
    reference: tuple[ColdStart, ...] = field(default=(), repr=False)
    planned: int = 0
    """Pairs, if nothing is decided before."""
    absent: str = ""
    """Why there is nothing to start, or why it cannot be timed, in words."""
    crash: str = ""
    """How the variant failed in starting; empty where it did not."""

    @cached_property
    def pairs(self) -> PairedSeconds:
        """Of whole starts."""
        own, other = (tuple(each.total_s for each in starts) for starts in (self.variant, self.reference))
        return PairedSeconds(own, other, self.planned)

    @property
    def confirmation(self) -> Confirmation:
        """As of `PairedSeconds`; likewise what follows."""
        return self.pairs.confirmation

    @property
    def log_ratios(self) -> tuple[float, ...]:
        return self.pairs.log_ratios

    @property
    def ratio(self) -> Estimate | None:
        return self.pairs.ratio

    @property
    def shares(self) -> tuple[float, ...]:
        """The variant's `PARTS` as shares of the reference's whole start in the same pair, medians."""
        pairs = [*zip(self.variant, self.reference, strict=True)]
        return tuple(
            median(variant.parts_s[part] / reference.total_s for variant, reference in pairs)
            for part in range(len(PARTS) if pairs else 0)
        )


def parts_s(starts: Sequence[ColdStart]) -> tuple[float, ...]:
    """Medians of `PARTS`, seconds; empty of none."""
    return tuple(median(each.parts_s[part] for each in starts) for part in range(len(PARTS) if starts else 0))


def total_s(starts: Sequence[ColdStart]) -> float:
    """Median, seconds."""
    return median(each.total_s for each in starts)


def peak_bytes(starts: Sequence[ColdStart]) -> int | None:
    """The median of the most resident memory; None where the system does not say."""
    return _median([each.peak_bytes for each in starts])


def own_bytes(starts: Sequence[ColdStart]) -> int | None:
    """Likewise, beyond what imports take."""
    return _median([each.own_bytes for each in starts])


def _median(values: Sequence[int | None]) -> int | None:
    there = [value for value in values if value is not None]
    return round(median(there)) if there else None
