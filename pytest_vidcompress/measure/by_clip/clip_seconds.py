"""The seconds that each timed clip takes: the median of its calls. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median

from ..latency.pair_times import PairTimes


def clip_seconds(times: PairTimes) -> Mapping[str, float]:
    """Of the variant, by clip id in the order of the calls, of the calls that no neighbour disturbed; a clip without
    such a call is not there."""
    calls: dict[str, list[float]] = {}
    for clip, seconds, counts in zip(times.clip_ids, times.variant_s, times.around_variant, strict=False):
        if counts:
            calls.setdefault(clip, []).append(seconds)
    return {clip: median(each) for clip, each in calls.items()}
