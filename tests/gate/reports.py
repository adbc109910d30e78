"""Reports for the tests of gate and present, made without measuring."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from random import Random
from statistics import fmean, median
from typing import Any

from pytest_vidcompress.measure.from_file.from_file import FromFile, Round
from pytest_vidcompress.measure.interval import Estimate
from pytest_vidcompress.measure.latency.blocks import Confirmation, Turn
from pytest_vidcompress.measure.latency.pair_times import PairTimes
from pytest_vidcompress.measure.report import (
    Accuracy,
    Cost,
    Execution,
    Identity,
    Ranking,
    Report,
    Search,
    Timing,
)
from pytest_vidcompress.measure.start.cold_start import ColdStart, Start


def report(
    outcomes: Sequence[bool] = (True,) * 90 + (False,) * 10,
    ids: Sequence[str] | None = None,
    log_ratios: Sequence[float] = (-0.1, -0.11, -0.09) * 5,
    **changes: Any,
) -> Report:
    """A variant that gets `outcomes`, beside a reference that gets nine in ten."""
    clips = len(outcomes)
    top1 = sum(outcomes) / clips if clips else 0.0
    ratio = Estimate(math.exp(median(log_ratios)), 0.85, 0.95) if log_ratios else None
    right = Accuracy(Estimate(top1, top1 - 0.05, top1 + 0.05), Estimate(0.99), Estimate(0.95), Estimate(0.02))
    made = Report(
        Identity(
            "int8-dynamic",
            "timesformer",
            "benchmarks/test_variants.py::test_variant_holds",
            clip_ids=tuple(ids if ids is not None else (f"clip{i}" for i in range(clips))),
            sample=clips,
        ),
        replace(right, outcomes=tuple(outcomes)),
        Cost(3_000_000, 1_000_000, 0.2, 1_500_000_000, 10_000_000),
        Timing(Estimate(0.05), ratio, tuple(log_ratios)),
    )
    reference = changed(
        made,
        name="fp32",
        top1=Estimate(0.9),
        outcomes=tuple(i < 0.9 * clips for i in range(clips)),
        size_bytes=12_000_000,
        sparsity=0.0,
        latency_ratio=None,
        log_ratios=(),
        peak_memory_bytes=20_000_000,
    )
    return changed(replace(made, reference=reference), **changes)


def changed(report: Report, **changes: Any) -> Report:
    """The report with other values, by the names of its parts' fields; with `latency=None` it was not timed."""
    own = {SHORT.get(name, name): value for name, value in changes.items()}
    if "clips" in own:
        own["clip_ids"] = tuple(f"clip{i}" for i in range(own.pop("clips")))
    if own.get("latency", 0.0) is None:
        own = {name: value for name, value in own.items() if name not in FIELDS["timing"]} | {"timing": None}
    for part, names in FIELDS.items():
        before = getattr(report, part) or Timing(Estimate(0.05))
        mine = {name: own.pop(name) for name in names & own.keys()}
        if mine:
            report = replace(report, **{part: replace(before, **mine)})
    return replace(report, **own)


NO_DROP = Estimate(0.0)


def ranked(
    report: Report, gap: Sequence[float] = (), mean_ap: Sequence[float] = (), drop: Estimate = NO_DROP
) -> Report:
    """The report of clips that may have several labels, and its reference's.

    Args:
        gap: what each clip contributes to GAP; all as much, unless given.
        mean_ap: likewise, to mAP.
        drop: of both, from the reference.
    """
    by_clip = {"gap": tuple(gap or (0.8,) * report.clips), "mean_ap": tuple(mean_ap or (0.6,) * report.clips)}
    numbers = {
        name: Estimate(mean := fmean(each), mean - 0.02, mean + 0.02) for name, each in by_clip.items()
    }
    made = changed(report, ranking=Ranking(numbers["gap"], numbers["mean_ap"], drop, drop, by_clip))
    return replace(made, reference=ranked(report.reference)) if report.reference else made


RECALLED = ("recall_at_1", "recall_at_5", "recall_at_10", "search_mean_ap")
ACROSS = ("asymmetric_recall_at_1", "reverse_recall_at_1")


def searching(
    report: Report, found: Sequence[float] = (), drop: Estimate = NO_DROP, width: int = 128
) -> Report:
    """The report of what a test searched with, and its reference's.

    Args:
        found: by each clip, whatever is counted; all find everything, unless given.
        drop: of all, from the reference.
    """
    each = tuple(found or (1.0,) * report.clips)
    known = [value for value in each if not math.isnan(value)]
    share = Estimate(mean := fmean(known), mean - 0.02, mean + 0.02)
    names = (*RECALLED, "agreement_at_10", *ACROSS)
    part = Search(
        dict.fromkeys(names, share),
        dict.fromkeys((*RECALLED, *ACROSS), drop),
        dict.fromkeys(names, each),
        width,
    )
    made = replace(report, search=part)
    return replace(made, reference=searching(report.reference)) if report.reference else made


SHORT = {"latency_ratio": "ratio", "accuracy_kind": "kind"}
FIELDS = {
    "identity": {field.name for field in fields(Identity)},
    "accuracy": {field.name for field in fields(Accuracy)},
    "cost": {field.name for field in fields(Cost)},
    "timing": {field.name for field in fields(Timing)},
    "execution": {field.name for field in fields(Execution)},
}


def pair_times(
    pairs: int = 60,
    *,
    ratio: float = 1.0,
    every: int = 0,
    times: float = 1.0,
    noise: float = 0.02,
    seed: int = 0,
    late: Sequence[int] = (),
) -> PairTimes:
    """Pairs over twelve clips, 50 ms of the reference, whose seconds are lognormal.

    Args:
        ratio: of the variant's usual call.
        every: so manieth calls of the variant take `times` as long; 0 for none.
        noise: standard deviation of every call's logarithm.
        late: these calls of both arms take nine times as long, as neighbours make them.
    """
    random = Random(seed)
    variant, reference = list[float](), list[float]()
    for pair in range(pairs):
        slow = times if every and pair % every == every - 1 else 1.0
        disturbed = 9.0 if pair in late else 1.0
        variant.append(0.05 * ratio * slow * disturbed * math.exp(random.gauss(0, noise)))
        reference.append(0.05 * disturbed * math.exp(random.gauss(0, noise)))
    return PairTimes(tuple(variant), tuple(reference), tuple(f"clip{pair % 12}" for pair in range(pairs)))


def confirmation(
    log_ratio: float = 0.0,
    noise: float = 0.01,
    turns: int = 40,
    *,
    seed: int = 0,
    spent: float = 1.0,
    turns_per_block: int = 1,
    bias: float = 0.0,
    disturbed: int = 0,
) -> Confirmation:
    """Turns of two pairs, 50 ms of the base, whose seconds are lognormal.

    Args:
        log_ratio: true one of the variant.
        noise: standard deviation of every turn's log-ratio, and of its control.
        spent: share of the time that is gone after the last turn; evenly before.
        bias: log-ratio of the base to itself, whichever of two calls is first.
        disturbed: so many of the last turns lost their core for a while.
    """
    random = Random(seed)
    made: list[Turn] = []
    for i in range(turns):
        slow = 8.0 if i >= turns - disturbed else 1.0
        base = 0.05 * slow * math.exp(random.gauss(0, noise / 10))
        mirrored = bias * (-1) ** (i // turns_per_block)
        itself, ratio = random.gauss(mirrored, noise), random.gauss(log_ratio, noise)
        bases = (base * math.exp(itself / 2), base * math.exp(-itself / 2))
        made.append(Turn(tuple(b * math.exp(ratio) for b in bases), bases))
    return Confirmation(tuple(made), tuple(spent * (i + 1) / turns for i in range(turns)), turns_per_block)


def cold_starts(
    log_ratio: float = 0.0,
    noise: float = 0.02,
    pairs: int = 12,
    *,
    seed: int = 0,
    first_call_s: float = 0.1,
    disturbed: int = 0,
) -> Start:
    """Pairs of starts: load 0.1 s, prepare 0.05 s, and the first call; the reference's takes 0.1 s.

    Args:
        log_ratio: by how much all parts of the variant take longer.
        noise: standard deviation of a pair's log-ratio.
        first_call_s: of the variant, before that.
        disturbed: so many of the last pairs lost their core for a while.
    """

    def start(times: float, first: float) -> ColdStart:
        parts = 0.1 * times, 0.05 * times, first * times
        return ColdStart(*parts, own_bytes=40_000_000, imported_bytes=4 * 10**8)

    both = [*_slower(log_ratio, noise, pairs, seed, disturbed)]
    variant = tuple(start(times, first_call_s) for times, _ in both)
    return Start(variant, tuple(start(times, 0.1) for _, times in both), pairs)


def from_files(
    log_ratio: float = 0.0,
    noise: float = 0.02,
    rounds: int = 16,
    *,
    seed: int = 0,
    decode_s: float = 0.03,
    stages: bool = True,
    disturbed: int = 0,
) -> FromFile:
    """Rounds of 0.1 s: the reference decodes for 0.03 s, its backbone takes 0.04 s and its aggregator 0.02 s.

    Args:
        log_ratio: by how much all of the variant takes longer.
        noise: standard deviation of a round's log-ratio.
        decode_s: of the variant, before that.
        stages: the variant shows its stages.
        disturbed: so many of the last rounds lost their core for a while.
    """

    def taken(times: float, decoded: float, shown: bool) -> Round:
        parts = {"backbone": 0.04 * times, "aggregator": 0.02 * times, "classifier": 0.001 * times}
        return Round(decoded * times, 0.07 * times, parts if shown else {})

    both = [*_slower(log_ratio, noise, rounds, seed, disturbed)]
    variant = tuple(taken(times, decode_s, stages) for times, _ in both)
    return FromFile(variant, tuple(taken(times, 0.03, True) for _, times in both), rounds, 4)


def _slower(
    log_ratio: float, noise: float, pairs: int, seed: int, disturbed: int
) -> Iterator[tuple[float, float]]:
    """Of each pair, how many times as long variant and reference take; arguments as of `cold_starts`."""
    random = Random(seed)
    for pair in range(pairs):
        slow = 8.0 if pair >= pairs - disturbed else 1.0
        own, other = (
            slow * math.exp(ratio + random.gauss(0, noise / math.sqrt(2))) for ratio in (log_ratio, 0.0)
        )
        yield own, other
