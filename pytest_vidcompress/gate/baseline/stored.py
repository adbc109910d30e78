"""What is stored about a variant: what no machine changes, and what a machine class does to it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from statistics import median
from typing import ClassVar, Literal, Self

from ...measure.from_file.from_file import FromFile
from ...measure.report import Ranking, Report, Search
from ..metrics import METRICS, Kind, Metric, Unit
from ..pairing import Paired, Pairing
from ..precision import stored_layers
from .clip_costs import ClipCosts, ClipPairs
from .machine_classes import Nearest
from .recorded_runs import RecordedRuns, StoredPairs, StoredStart
from .same_clips import Measured, same_clips

TAIL_FIELDS = ("p90s", "p95s", "reference_p95s")
"""Of a `StoredTiming`, what runs add of its slower calls: runs of before they were recorded have none."""
RECORDED = frozenset({"timed", "started", "tail", "answered"})
"""Rules of ratios that are stored by their runs."""


def part_of(metric: Metric) -> str:
    """The part of the way from file to answer that a ratio is of: `answer`, `decode`, or a stage of the model."""
    return metric.name.removesuffix("_ratio")


PARTS_OF_ANSWERS = tuple(part_of(metric) for metric in METRICS.values() if metric.rule == "answered")
"""Those that are stored, each by its own runs."""


def stored_numbers(*kinds: Kind) -> Mapping[str, Unit]:
    """Names and units of the numbers that are stored of metrics of these kinds; a ratio is stored by its runs."""
    units: dict[str, Unit] = {}
    for metric in METRICS.values():
        if metric.stored and metric.kind in kinds and metric.rule not in RECORDED:
            units[metric.name] = metric.unit
            if metric.part:
                units[metric.part] = metric.unit
    return units


BESIDE_CLIPS, PER_MACHINE = stored_numbers("accuracy", "search", "cost"), stored_numbers("machine")


CENTS = 100
"""In a whole of what a clip contributes to a ranking, the steps that are stored."""


def contributions(report: Report) -> dict[str, tuple[float, ...]]:
    """What each clip contributes to what is ranked, as it is stored and compared; NaN of one that says nothing."""
    return _rounded(report.accuracy.ranking) | _rounded(report.search)


def _rounded(part: Ranking | Search | None) -> dict[str, tuple[float, ...]]:
    by_clip = part.by_clip if part else {}
    return {
        name: tuple(round(CENTS * each, 0) / CENTS for each in values) for name, values in by_clip.items()
    }


@dataclass(frozen=True)
class Slowdown:
    """What was accepted beside the build of another commit."""

    commit: str
    """The first digits of its hash."""
    ratio: float
    """Of the variant to the same variant there."""

    def __str__(self) -> str:
        return f"{self.commit} {self.ratio:.6g}"


@dataclass(frozen=True, kw_only=True)
class Stored:
    """What no machine changes."""

    test: str
    """`path/test_file.py::test_name` of the test that measured it."""
    numbers: Mapping[str, float] = field(default_factory=dict[str, float])
    """Of `BESIDE_CLIPS`, by name; what was not measured is missing."""
    clip_ids: tuple[str, ...] = ()
    outcomes: tuple[bool, ...] = ()
    """Per clip of `clip_ids`: was it right?"""
    agreements: tuple[bool, ...] = ()
    """Per clip of `clip_ids`: was it the reference's? Empty where it was not stored."""
    by_clip: Mapping[str, tuple[float, ...]] = field(default_factory=dict[str, tuple[float, ...]])
    """What is ranked -> per clip of `clip_ids`, what it contributes; empty where clips have one label."""
    searched: Mapping[str, tuple[float, ...]] = field(default_factory=dict[str, tuple[float, ...]])
    """Likewise, of what embeddings find; empty where that was not measured."""
    clip_costs: ClipCosts = field(default_factory=ClipCosts)
    """Of what costs more of one clip than of another; none of what costs the same of all."""
    protocol: str = ""
    """How clips were looked at, as in `Report`. This and what follows is empty where it was not stored."""
    protocol_details: str = ""
    protocol_label: str = ""
    """Where the published accuracy is of another protocol: which."""
    clips_digest: str = ""
    contents: tuple[str, ...] = ()
    """Per clip of `clip_ids`: the first digits of its file's SHA-256."""
    slowdown: Slowdown | None = None
    """The last one that was accepted; None where none was."""

    @property
    def contributions(self) -> Mapping[str, tuple[float, ...]]:
        """Of all that is ranked."""
        return {**self.by_clip, **self.searched}

    @classmethod
    def of(cls, report: Report) -> Stored:
        """The part of a report that is kept."""
        return cls(
            test=report.test,
            numbers=_numbers(report, BESIDE_CLIPS),
            clip_ids=report.identity.clip_ids,
            outcomes=report.accuracy.outcomes,
            agreements=report.accuracy.agreements,
            by_clip=_rounded(report.accuracy.ranking),
            searched=_rounded(report.search),
            clip_costs=ClipCosts.of(report.cost),
            protocol=report.identity.protocol,
            protocol_details=report.identity.protocol_details,
            protocol_label=report.identity.published.label if report.identity.published else "",
            clips_digest=report.identity.clips_digest,
            contents=report.identity.contents,
        )


@dataclass(frozen=True, kw_only=True)
class StoredTiming(RecordedRuns):
    """What a machine class decides: the latency ratio of every recorded run, cold starts, and memory."""

    lines: ClassVar[tuple[str, ...]] = (*RecordedRuns.lines, "screens", "references")
    test: str = ""
    numbers: Mapping[str, float] = field(default_factory=dict[str, float])
    """Of `PER_MACHINE`, by name; what was not measured is missing."""
    screens: tuple[float, ...] = ()
    """Of each run, the ratio that the test's own process showed: where its memory lies moves it by percents."""
    start: StoredStart = field(default_factory=StoredStart)
    answers: Mapping[str, StoredPairs] = field(default_factory=dict[str, StoredPairs])
    """Of `PARTS_OF_ANSWERS`, as far as runs were recorded."""
    p90s: tuple[float, ...] = ()
    """Of each run whose slower calls were recorded, `latency_p90_ratio`."""
    p95s: tuple[float, ...] = ()
    """Of these, the variant's p95 beside the usual call of its reference ..."""
    reference_p95s: tuple[float, ...] = ()
    """... and the reference's, beside the usual call of the variant."""
    layers: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """The layers that a share of MACs is of, by what they compute in; of what has no such share nothing."""

    @property
    def latency_ratio(self) -> float | None:
        """Median of the recorded runs; None when none was timed."""
        return self.ratio

    @property
    def p90_ratio(self) -> float | None:
        """Median of the recorded runs; None when no slower calls were recorded."""
        return median(self.p90s) if self.p90s else None

    @classmethod
    def of(cls, report: Report) -> StoredTiming:
        """The part of a report that is kept."""
        confirmed = report.timing and report.timing.confirmed
        if confirmed and len(confirmed.log_ratios) > 1:
            run = replace(
                cls.run(confirmed), screens=_screens(report), references=_reference(confirmed.base_s)
            )
        else:
            # What cannot be sent to a fresh process is known by the pairs of the test's own.
            own = report.reference and report.reference.latency
            run = cls(runs=_screens(report), screens=_screens(report), references=_reference(own))
        return replace(
            run,
            test=report.test,
            numbers=_numbers(report, PER_MACHINE),
            start=StoredStart.of(report.start),
            answers=_answers(report.from_file),
            layers=_layers(report),
            **_tails(report),
        )

    def plus_tail(self, run: Self) -> Self:
        """As `plus`, of its slower calls; `plus` is of its latency."""
        return self.extended(run, TAIL_FIELDS)


def _reference(seconds: float | None) -> tuple[float, ...]:
    return () if seconds is None else (float(seconds),)


@dataclass(frozen=True)
class Baseline:
    """Everything stored that one report is held to, and where it is stored."""

    stored: Stored | None = None
    timing: StoredTiming | None = None
    peers: tuple[StoredTiming, ...] = ()
    """Of all variants on this machine class."""
    file: str = ""
    """Name of the file beside the clips; empty where there is none."""
    machine_file: str = ""
    """Likewise, of this machine class."""
    slowdown: Slowdown | None = None
    """What the variant may take longer than the other commit's build of it; None where nothing was accepted."""
    nearest: Nearest | None = None
    """The machine class that comes nearest, where nothing is stored of this one."""

    def number(self, metric: Metric) -> float | None:
        """What is stored of a metric; None where nothing is."""
        entry = self.timing if metric.kind == "machine" else self.stored
        return None if entry is None else entry.numbers.get(metric.name)

    @property
    def numbers(self) -> dict[str, float]:
        """By metric, what is stored; of a ratio that is stored by its runs, their median."""
        timing = self.timing
        plain = {name: number for name, row in METRICS.items() if (number := self.number(row)) is not None}
        if timing is None:
            return plain
        runs = {"latency_ratio": timing.ratio, "latency_p90_ratio": timing.p90_ratio}
        runs |= {"start_ratio": timing.start.ratio}
        runs |= {f"{part}_ratio": pairs.ratio for part, pairs in timing.answers.items()}
        return plain | {name: ratio for name, ratio in runs.items() if ratio is not None}

    def part(self, metric: Metric) -> float | None:
        """What is stored of the metric's part."""
        return None if self.stored is None else self.stored.numbers.get(metric.part)

    def file_of(self, metric: Metric) -> str:
        """Where a metric is stored."""
        return self.machine_file if metric.kind == "machine" else self.file


def pairing(
    stored: Stored,
    now: Measured,
    what: Literal["outcomes", "agreements"] = "outcomes",
    reference: Report | None = None,
    share: float = 0.0,
) -> Pairing:
    """The stored outcomes in the order of a run's clips, ready to count those of the run.

    Args:
        now: of the run: which clips it takes.
        reference: with `share`, what the floor is a share of.
    """
    same = same_clips(stored, now)
    # Agreements may be missing altogether; then no clip is paired.
    both = zip(stored.clip_ids, getattr(stored, what), strict=False)
    then: dict[str, bool] = {clip: outcome for clip, outcome in both if clip in same}
    right = (
        dict(zip(reference.identity.clip_ids, reference.accuracy.outcomes, strict=False)) if reference else {}
    )
    return Pairing(
        [then.get(clip) for clip in now.clip_ids], [right.get(clip, False) for clip in now.clip_ids], share
    )


def paired(stored: Stored, report: Report, what: Literal["outcomes", "agreements"] = "outcomes") -> Paired:
    """Baseline against run on the clips that are the same in both."""
    return pairing(stored, report.identity, what).add_all(getattr(report.accuracy, what)).counts


def cost_pairs(stored: Stored, report: Report) -> ClipPairs | None:
    """Likewise, of what they cost; None where nothing is stored clip by clip, or nothing was counted."""
    return ClipPairs.of(stored.clip_costs, report.cost, same_clips(stored, report.identity))


def _numbers(report: Report, names: Mapping[str, Unit]) -> dict[str, float]:
    """Without those that are no number in JSON: a divergence may be infinite."""
    read = {metric.name: metric.of for metric in METRICS.values()}
    read |= {metric.part: metric.part_of for metric in METRICS.values() if metric.part}
    numbers = {name: read[name](report) for name in names}
    return {
        name: value if isinstance(value, int) else float(value)
        for name, value in numbers.items()
        if value is not None and math.isfinite(value)
    }


def _answers(from_file: FromFile | None) -> dict[str, StoredPairs]:
    if from_file is None:
        return {}
    found = {part: StoredPairs.of(from_file.pairs(part)) for part in PARTS_OF_ANSWERS}
    return {part: stored for part, stored in found.items() if stored.runs}


def _layers(report: Report) -> dict[str, tuple[str, ...]]:
    precisions = [metric.precision for metric in METRICS.values() if metric.precision]
    found = {precision: stored_layers(report, precision) for precision in precisions}
    return {precision: names for precision, names in found.items() if names}


def _screens(report: Report) -> tuple[float, ...]:
    return () if report.latency_ratio is None else (float(report.latency_ratio),)


def _tails(report: Report) -> dict[str, tuple[float, ...]]:
    calls = report.timing.percentiles if report.timing else None
    quotient = calls.quotient(0.9) if calls else None
    if calls is None or quotient is None or calls.p95_beside is None:
        return {}
    variant, reference = calls.p95_beside
    return {"p90s": (quotient,), "p95s": (variant,), "reference_p95s": (reference,)}
