"""How much a clip moves, and whether less is computed of those that move little."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import Any, cast

import torch
from scipy.stats import mannwhitneyu, spearmanr
from torch.nn.functional import avg_pool3d

STILL = "standing still"
_POOL = 4
"""Pixels of a place, so that noise does not count for motion."""


def motion_of(clip: torch.Tensor) -> float:
    """Mean change of a place from frame to frame, of normalized pixels `(1, C, T, H, W)`."""
    places = avg_pool3d(clip, (1, _POOL, _POOL))
    return float((places[:, :, 1:] - places[:, :, :-1]).abs().mean())


def by_motion(
    motion: Sequence[float], shares: Sequence[float], labels: Sequence[int], names: Sequence[str]
) -> dict[str, Any]:
    """Shares of work of the third that moves least and of the third that moves most, and of the class that stands."""
    order = sorted(range(len(motion)), key=motion.__getitem__)
    third = len(order) // 3
    least, most = ([shares[place] for place in part] for part in (order[:third], order[-third:]))
    stands = [share for share, label in zip(shares, labels, strict=True) if names[label] == STILL]
    others = [share for share, label in zip(shares, labels, strict=True) if names[label] != STILL]
    return {
        "least_moving": round(fmean(least), 4),
        "most_moving": round(fmean(most), 4),
        "p": less(least, most),
        "standing": round(fmean(stands), 4),
        "others": round(fmean(others), 4),
        "standing_p": less(stands, others),
        "rank_correlation": round(float(cast(Any, spearmanr(motion, shares))[0]), 3),
        "by_class": {
            name: round(
                fmean(share for share, label in zip(shares, labels, strict=True) if label == number), 3
            )
            for number, name in enumerate(names)
        },
    }


def less(some: Sequence[float], others: Sequence[float]) -> float:
    """The chance of so much less were both as much (Mann and Whitney, one-sided)."""
    return float(f"{mannwhitneyu(some, others, alternative='less').pvalue:.2g}")
