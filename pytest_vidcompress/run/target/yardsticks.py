"""How much of the reference's is left of a variant: bytes and multiply-accumulates exactly, time by alternation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from types import MappingProxyType
from typing import TYPE_CHECKING

import torch

from ...artefacts import save as artefact
from ...measure.accuracy.predict import logits_of
from ...measure.cost.macs import work
from ...measure.latency.machine_lock import machine_to_ourselves
from ...measure.latency.pair_times import FEWEST_QUIET, PairTimes
from ...measure.latency.pairs import Between, time_on, time_pairs
from ...measure.latency.rest import handover_s
from ...measure.subject import Subject
from ...models.adapter import evaluating
from ...models.device import synchronizer
from ...models.model import Model
from ...runtimes.torch_eager import executable
from .bisection import TOLERANCE

if TYPE_CHECKING:
    from ...artefacts.variant import Variant


@dataclass(frozen=True)
class ReferenceCost:
    """What the reference takes, weighed once however many variants are tried."""

    model: Model
    pixels: torch.Tensor
    """Of one view."""

    @cached_property
    def macs(self) -> int:
        """Of one view."""
        return work(self.model.module, self.pixels).total

    @cached_property
    def size_bytes(self) -> int:
        """Of all files that are shipped."""
        return artefact.size_bytes(self.model.module)


Yardstick = Callable[["Variant", ReferenceCost], float]
"""`(variant, reference) -> share of the reference's`."""
BUDGET_S = 3.0
"""About how long a variant is timed on a quiet machine."""
MOST_S = 15.0
"""And on any."""
_ALIKE = 2
"""Times the tolerance, by which the fastest calls may say something else than the pairs."""


def macs(variant: Variant, reference: ReferenceCost) -> float:
    """Of one view."""
    left = work(executable(variant.model.module), reference.pixels).total
    return left / max(1, reference.macs)


def size(variant: Variant, reference: ReferenceCost) -> float:
    """Of all files that are shipped."""
    return variant.size_bytes() / reference.size_bytes


def latency(variant: Variant, reference: ReferenceCost) -> float:
    """Median of the pairs of calls that no neighbour disturbed; on a machine that is seldom quiet it takes longer."""
    run, module, pixels = Subject.of(variant).run, reference.model.module, reference.pixels
    between = Between(handover_s(run, module), synchronize=synchronizer(reference.model.device))
    arms = partial(logits_of, run, pixels), partial(logits_of, module, pixels)
    with machine_to_ourselves(), evaluating(run), evaluating(module), torch.inference_mode():
        times = time_pairs(*arms, budget_s=BUDGET_S, between=between)
        times = time_on(*arms, times, is_known, MOST_S - BUDGET_S, between)
    return float(times.ratio)


def is_known(times: PairTimes) -> bool:
    """Do enough quiet pairs tell the ratio within the tolerance of a target, and the fastest calls the same?

    Neighbours that take turns can slow one arm in every pair; that all of its calls are slowed they hardly can.
    """
    quiet = times.quiet_share * len(times.variant_s)
    if quiet < FEWEST_QUIET or times.ratio.high > (1 + TOLERANCE) * times.ratio.low:
        return False
    fastest = _fast(times.variant_s) / _fast(times.reference_s)
    return abs(float(times.ratio) / fastest - 1) <= _ALIKE * TOLERANCE


def _fast(seconds: Sequence[float]) -> float:
    """The third fastest: the very fastest may be a lucky one."""
    return sorted(seconds)[min(2, len(seconds) - 1)]


YARDSTICKS: Mapping[str, Yardstick] = MappingProxyType({"latency": latency, "size": size, "macs": macs})
IS_MEASURED = frozenset({"latency"})
"""Those that are another time a little different."""
