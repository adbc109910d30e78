"""How much a clip moves, and whether less is computed of those that move little."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import Any, cast

import torch
from scipy.stats import mannwhitneyu, spearmanr
from torch.nn.functional import avg_pool3d

from pytest_vidcompress.measure.by_clip.motion import motion
from pytest_vidcompress.measure.by_clip.thirds import thirds

STILL = "standing still"
_POOL = 4
"""Pixels of a place, so that noise does not count for motion."""


def motion_of(clip: torch.Tensor) -> float:
    """Mean change of a place from frame to frame, of normalized pixels `(1, C, T, H, W)`."""
    return motion(avg_pool3d(clip, (1, _POOL, _POOL)), "BCTHW")


def by_motion(
    motions: Sequence[float], shares: Sequence[float], labels: Sequence[int], names: Sequence[str]
) -> dict[str, Any]:
    """Shares of work of the third that moves least and of the third that moves most, and of the class that stands."""
    parts = thirds(motions)
    least, most = (
        [share for share, each in zip(shares, parts, strict=True) if each == part]
        for part in ("still", "fast")
    )
    stands = [share for share, label in zip(shares, labels, strict=True) if names[label] == STILL]
    others = [share for share, label in zip(shares, labels, strict=True) if names[label] != STILL]
    return {
        "still": round(fmean(least), 4),
        "fast": round(fmean(most), 4),
        "p": less(least, most),
        "standing": round(fmean(stands), 4),
        "others": round(fmean(others), 4),
        "standing_p": less(stands, others),
        "rank_correlation": round(float(cast(Any, spearmanr(motions, shares))[0]), 3),
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
