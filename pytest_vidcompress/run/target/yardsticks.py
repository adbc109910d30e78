"""How much of the reference's is left of a variant: bytes and multiply-accumulates exactly, time by alternation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

import torch

from ...artefacts import save as artefact
from ...measure.accuracy.predict import evaluating, logits_of
from ...measure.cost.macs import work
from ...measure.latency.machine_lock import machine_to_ourselves
from ...measure.latency.pair_times import FEWEST_QUIET, PairTimes
from ...measure.latency.pairs import Between, time_on, time_pairs
from ...measure.latency.rest import handover_s
from ...measure.subject import Subject
from ...models.device import synchronizer
from ...models.model import Model
from ...runtimes.torch_eager import executable
from .bisection import TOLERANCE

if TYPE_CHECKING:
    from ...artefacts.variant import Variant

Yardstick = Callable[["Variant", Model, torch.Tensor], float]
"""`(variant, reference, pixels of one view) -> share of the reference's`."""
BUDGET_S = 3.0
"""About how long a variant is timed on a quiet machine."""
MOST_S = 15.0
"""And on any."""


def macs(variant: Variant, reference: Model, pixels: torch.Tensor) -> float:
    """Of one view."""
    left = work(executable(variant.model.module), pixels).total
    return left / max(1, work(reference.module, pixels).total)


def size(variant: Variant, reference: Model, pixels: torch.Tensor) -> float:
    """Of all files that are shipped."""
    return variant.size_bytes() / artefact.size_bytes(reference.module)


def latency(variant: Variant, reference: Model, pixels: torch.Tensor) -> float:
    """Median of the pairs of calls that no neighbour disturbed; on a machine that is seldom quiet it takes longer."""
    run, module = Subject.of(variant).run, reference.module
    between = Between(handover_s(run, module), synchronize=synchronizer(reference.device))
    arms = partial(logits_of, run, pixels), partial(logits_of, module, pixels)
    with machine_to_ourselves(), evaluating(run), evaluating(module), torch.inference_mode():
        times = time_pairs(*arms, budget_s=BUDGET_S, between=between)
        times = time_on(*arms, times, _is_known, MOST_S - BUDGET_S, between)
    return float(times.ratio)


def _is_known(times: PairTimes) -> bool:
    """Are enough pairs quiet to tell the ratio within the tolerance of a target?"""
    quiet = times.quiet_share * len(times.variant_s)
    return quiet >= FEWEST_QUIET and times.ratio.high <= (1 + TOLERANCE) * times.ratio.low


YARDSTICKS: Mapping[str, Yardstick] = MappingProxyType({"latency": latency, "size": size, "macs": macs})
