"""The seconds that each timed clip takes: the median of its calls. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median

from ..latency.pair_times import PairTimes, calls_of_clips


def clip_seconds(times: PairTimes) -> Mapping[str, float]:
    """Of the variant, by clip id, as `calls_of_clips`."""
    return {clip: median(calls) for clip, calls in calls_of_clips(times).items()}
