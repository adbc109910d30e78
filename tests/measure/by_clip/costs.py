"""Costs of clips, made without measuring."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytest_vidcompress.measure.by_clip.shown_clips import ShownClips
from pytest_vidcompress.measure.report import Report
from tests.gate.reports import changed, report


def shown(clips: int, labels: Sequence[str] = ("a", "b"), motions: Sequence[float] = ()) -> ShownClips:
    """Clips as those of `reports.report`, of one class after the other; each moves more than the one before."""
    return ShownClips(
        tuple(f"clip{clip}" for clip in range(clips)),
        tuple((labels[clip % len(labels)],) for clip in range(clips)),
        tuple(motions) or tuple(float(clip) for clip in range(clips)),
    )


def uneven(macs: Sequence[int], weights: str = "abc", **changes: Any) -> Report:
    """A report of as many clips, each of which costs so much; the reference costs 1,500,000,000 of each."""
    made = report((True,) * len(macs))
    return changed(
        made,
        **{
            "macs": round(sum(macs) / len(macs)),
            "macs_by_clip": tuple(macs),
            "shown": shown(len(macs)),
            "weights": weights,
            **changes,
        },
    )
