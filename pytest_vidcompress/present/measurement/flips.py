"""The clips of which variant and reference do not both have the answer right: lost by it, or gained."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...measure.accuracy.class_counts import answer_name, set_name
from ...measure.report import Accuracy, Report

MOST_FLIPS = 100
"""Of a measurement that are written: all clips are in its classes."""


def flipped_places(report: Report) -> list[int]:
    """Of the clips that counted, lost ones first, in their order; at most `MOST_FLIPS`."""
    if report.reference is None:
        return []
    pairs = [*zip(report.reference.accuracy.outcomes, report.accuracy.outcomes, strict=False)]
    lost = [place for place, (was, is_right) in enumerate(pairs) if was and not is_right]
    gained = [place for place, (was, is_right) in enumerate(pairs) if is_right and not was]
    return [*lost, *gained][:MOST_FLIPS]


def flips_json(report: Report, path_of: Callable[[str], str] | None) -> list[dict[str, Any]]:
    """What each is, what either says of it, and where it lies in its set."""
    before = report.reference and report.reference.accuracy
    return [
        {
            "clip": clip,
            **_said(place, report.identity.label_names, report.accuracy, before),
            "gained": report.accuracy.outcomes[place],
            "file": path_of(clip) if path_of else "",
        }
        for place in flipped_places(report)
        if before is not None
        for clip in (report.identity.clip_ids[place],)
    ]


def _said(place: int, names: Sequence[str], own: Accuracy, before: Accuracy) -> dict[str, str]:
    """Empty where a report has outcomes alone."""
    if own.several_labels:
        sets = (own.label_sets, before.predicted_sets, own.predicted_sets)
        said = [set_name(names, each[place]) if place < len(each) else "" for each in sets]
    else:
        answers = (own.labels, before.predictions, own.predictions)
        said = [answer_name(names, each[place]) if place < len(each) else "" for each in answers]
    return dict(zip(("label", "reference", "variant"), said, strict=True))
