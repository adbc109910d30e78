"""How long single clips take where cost depends on them, beside what is counted of them: on a quiet machine.

python -m benchmarks.adaptive.seconds [MODEL [CALLS]]        writes seconds.json beside it
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import torch

from benchmarks.adaptive.distribution import RECIPES, ends, rank_correlation
from benchmarks.packaged_trial import Trial
from benchmarks.techniques.rows import add
from pytest_vidcompress.measure.by_clip.clip_groups import clip_groups
from pytest_vidcompress.measure.by_clip.distribution import PLACES
from pytest_vidcompress.measure.interval import Estimate
from pytest_vidcompress.measure.machine import machine
from pytest_vidcompress.measure.measurement import measure, measure_reference, timed, timed_for
from pytest_vidcompress.measure.report import Report
from pytest_vidcompress.measure.subject import Subject

RESULTS = Path(__file__).with_suffix(".json")
CALLS = 480
"""Undisturbed ones of each recipe: sixty clips, eight times each."""


def row(report: Report) -> dict[str, Any]:
    """Seconds in milliseconds; ratios are to the uncompressed model, in turns with it."""
    timing, shown = report.timing, report.cost.shown
    assert timing is not None
    if timing.of_clips is None or report.latency_ratio is None:
        raise SystemExit(f"{report.name}: too few calls were undisturbed; run it on a quiet machine")
    macs = dict(zip(shown.ids, report.cost.macs_by_clip, strict=True))
    seconds = timing.seconds_of_clips
    thirds = [group for group in clip_groups(report) if group.kind == "motion" and group.seconds]
    return {
        "calls": len(timing.calls.variant_s) if timing.calls else 0,
        "quiet_share": round(timing.quiet_share, 3),
        "clips": len(seconds),
        "ms": {place: milliseconds(getattr(timing.of_clips, place)) for place in PLACES},
        "motion_ms": {group.name: milliseconds(group.seconds) for group in thirds if group.seconds},
        "ratio": ends(report.latency_ratio),
        # It needs more undisturbed calls than the others.
        "p95_ratio": ends(report.latency_p95_ratio) if report.latency_p95_ratio is not None else None,
        "macs_ratio": {
            place: round(getattr(report, f"macs_{place}") / report.reference.macs, 4) for place in PLACES
        }
        if report.reference and report.reference.macs
        else {},
        "correlation": round(rank_correlation([macs[clip] for clip in seconds], [*seconds.values()]), 3),
        "machine": machine(f"torch{torch.__version__}").facts(),
    }


def milliseconds(value: Estimate) -> list[float | None]:
    """A time with its interval."""
    return ends(Estimate(1e3 * value, 1e3 * value.low, 1e3 * value.high))


def main(names: list[str]) -> None:
    calls = int(names[1]) if len(names) > 1 else CALLS
    for name in names[:1] or RECIPES:
        trial = Trial(name)
        reference = measure_reference(trial.model, trial.inputs.clips(name))
        for text in RECIPES[name]:
            subject = Subject.of(trial.variant(text))
            report = timed(measure(subject, reference, text, "seconds"), subject, reference)
            found = row(timed_for(report, subject, reference, calls))
            add(RESULTS, name, {text: found})
            said = {key: found[key] for key in ("ms", "motion_ms", "ratio", "p95_ratio", "correlation")}
            print(name, text, said, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
