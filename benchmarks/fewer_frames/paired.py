"""By how much one row is better than another, on the same clips and by the same seeds."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist, fmean, stdev
from typing import Any

import torch

from pytest_vidcompress.measure.accuracy.ranking import Rankings
from pytest_vidcompress.measure.accuracy.resampling import resamples

_AT_ONCE = 25
_RESAMPLES = 400


def gain(
    ours: Sequence[torch.Tensor], theirs: Sequence[torch.Tensor], truths: torch.Tensor
) -> dict[str, Any]:
    """In GAP, the mean over seeds, with its standard error by clips, drawn anew for both alike, and the chance of so
    much were there none, one-sided.

    Args:
        ours: logits `(clips, labels)` of every seed.
        theirs: likewise.
        truths: `(clips, labels)`.
    """
    drawn = resamples(len(truths))[:_RESAMPLES].float()
    ones = torch.ones(1, len(truths))
    both = [
        (Rankings.of(own, truths), Rankings.of(other, truths))
        for own, other in zip(ours, theirs, strict=True)
    ]
    by_seed = [float(own.gap(ones) - other.gap(ones)) for own, other in both]
    spread = [
        torch.cat([own.gap(part) - other.gap(part) for part in drawn.split(_AT_ONCE)]) for own, other in both
    ]
    error = float(torch.stack(spread).mean(0).std())
    mean = fmean(by_seed)
    return {
        "gap": round(mean, 4),
        "error": round(error, 5),
        "p": float(f"{NormalDist().cdf(-mean / max(error, 1e-12)):.2g}"),
        "by_seed": [round(each, 4) for each in by_seed],
        "seed_deviation": round(stdev(by_seed), 4),
    }
