"""The metrics, a row each: how a number is held, where it is stored, which budgets it takes, how it is shown.

A new metric is three edits: where it is computed, as an attribute of `Report`, its row here, and its words in
`present.formats.run_meanings`, for those who read it in a file.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from ..measure.report import Report
from ..runtimes.precisions import BF16, INT8


@dataclass(frozen=True)
class Unit:
    """What a number counts, how it is written, and between what it lies."""

    name: str
    word: str = ""
    """Written after the number."""
    scale: float = 1.0
    """Of what is written."""
    spec: str = ".4g"
    most: float = math.inf
    least: float = 0.0
    whole: bool = False
    smaller: str = "lower"
    larger: str = "higher"

    def text(self, value: float) -> str:
        """A value with its unit: `98.28 %`, `3,000,000 bytes`."""
        return f"{self.scale * value:{self.spec}} {self.word}".rstrip()


SHARE = Unit("share", "%", 100, ".2f", 1.0)
POINTS = Unit("difference of shares", "points", 100, ".2f", 1.0, -1.0)
BYTES = Unit("bytes", "bytes", 1, ",.0f", 2**63, whole=True, smaller="smaller", larger="larger")
COUNT = Unit("count", "", 1, ",.0f", 2**63, whole=True, smaller="fewer", larger="more")
SECONDS = Unit("seconds", "ms", 1000, most=1e9)
RATIO = Unit("ratio", most=1e9)
NATS = Unit("nats", most=1e9)

Kind = Literal["accuracy", "search", "cost", "machine", "count"]
"""`accuracy` comes with the clips' outcomes and changes with them as one, and so does `search` with what each clip
found, where that was measured; `cost` is of the artefact alone; all are stored beside the clips. What `machine` is
differs from one machine class to the next. `count` is of the clips."""
Rule = Literal[
    "paired",
    "ranked",
    "searched",
    "exact",
    "by_clip",
    "dear",
    "timed",
    "tail",
    "started",
    "answered",
]
"""`paired`: clip by clip, with chance; `ranked`: likewise, by what each clip contributes; `searched`: likewise, where
embeddings were measured; `exact`: the number itself;
`by_clip`: likewise, and where it depends on the clip, clip by clip;
`dear`: then alone, by the clips that cost most;
`timed`: blocks of alternated calls; `tail`: the slower ones of these; `started`: alternated cold starts; `answered`:
alternated rounds from files to answers."""


class Form(StrEnum):
    """What of a metric a budget limits."""

    VALUE = ""
    RATIO = "ratio"
    """Of the variant to its reference."""
    DROP = "drop"
    """The reference's value minus the variant's."""


@dataclass(frozen=True)
class Metric:
    """One row."""

    name: str
    """Attribute of `Report`, and key in every file."""
    kind: Kind
    unit: Unit
    better: Literal["higher", "lower"]
    rule: Rule | None = None
    """None: it informs."""
    budgets: tuple[Form, ...] = ()
    heading: str = ""
    """Of its column in the table of variants; without one it is in messages and files alone."""
    stored: bool = True
    slack: float = 0.0
    """Absolute difference to the stored value that is none: the file keeps six digits."""
    margin: str = ""
    """Field of `Margins`: how much worse than stored it may be; relatively, but absolutely where it is ranked."""
    part: str = ""
    """A part of it, a field of the report's `cost`: exact where it is known: then the rest may grow by `REST`."""
    meaning: str = ""
    """What it says of a variant to be worse, beyond the number."""
    precision: str = ""
    """Of a share of MACs, what these compute in: the layers that do are stored beside it."""
    place: float = 0.0
    """Of a ratio of quantiles, which: the share that does not exceed it."""

    def word(self, is_better: bool) -> str:
        """`smaller`, `higher`: how it is when it is better, or worse, than it was."""
        return self.unit.larger if is_better == (self.better == "higher") else self.unit.smaller

    def of(self, report: Report) -> Any:
        """The number in a report, with its interval if it is an estimate; None where it was not measured."""
        return getattr(report, self.name)

    def part_of(self, report: Report) -> Any:
        """Likewise, of its part; None where it has none."""
        return getattr(report.cost, self.part) if self.part else None


REST = 1e-3
"""Share of an artefact's bytes that names, headers and its own description may take more: no model is in them."""
WEAKER = "the compression got weaker"
VALUE = (Form.VALUE,)
DROP = (Form.DROP,)
ABSOLUTE_OR_RATIO = (Form.VALUE, Form.RATIO)
METRICS: Mapping[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("top1", "accuracy", SHARE, "higher", "paired", (Form.DROP, Form.RATIO), "top-1"),
        Metric("top5", "accuracy", SHARE, "higher", None, (Form.DROP,)),
        Metric("agreement", "accuracy", SHARE, "higher", "paired", (Form.VALUE,), "agree"),
        Metric("kl", "accuracy", NATS, "lower", None, (Form.VALUE,)),
        Metric("gap", "accuracy", SHARE, "higher", "ranked", (Form.DROP,), "GAP", margin="gap"),
        Metric("mean_ap", "accuracy", SHARE, "higher", "ranked", (Form.DROP,), "mAP", margin="mean_ap"),
        Metric("recall_at_1", "search", SHARE, "higher", "searched", DROP, "R@1", margin="search"),
        Metric("recall_at_5", "search", SHARE, "higher", "searched", DROP, "R@5", margin="search"),
        Metric("recall_at_10", "search", SHARE, "higher", "searched", DROP, "R@10", margin="search"),
        Metric("search_mean_ap", "search", SHARE, "higher", "searched", DROP, "mAP", margin="search"),
        Metric("agreement_at_10", "search", SHARE, "higher", "searched", VALUE, "agree@10", margin="search"),
        Metric(
            "asymmetric_recall_at_1", "search", SHARE, "higher", "searched", DROP, "it asks", margin="search"
        ),
        Metric(
            "reverse_recall_at_1", "search", SHARE, "higher", "searched", DROP, "it answers", margin="search"
        ),
        Metric("vector_bytes", "search", BYTES, "lower", None, (Form.VALUE, Form.RATIO), "B", stored=False),
        Metric("size_bytes", "cost", BYTES, "lower", "exact", ABSOLUTE_OR_RATIO, "size", part="tensor_bytes"),
        Metric("parameters", "cost", COUNT, "lower", None, (Form.VALUE,)),
        Metric("macs", "cost", COUNT, "lower", "by_clip", (Form.RATIO,), "MACs"),
        Metric("macs_mean", "cost", COUNT, "lower", None, (Form.RATIO,), stored=False),
        Metric("macs_p50", "cost", COUNT, "lower", None, (Form.RATIO,), stored=False),
        Metric("macs_p90", "cost", COUNT, "lower", None, (Form.RATIO,), stored=False),
        Metric("macs_p95", "cost", COUNT, "lower", "dear", (Form.RATIO,), stored=False),
        Metric("backbone_macs", "cost", COUNT, "lower", "exact", (Form.RATIO,)),
        Metric("aggregator_macs", "cost", COUNT, "lower", "exact", (Form.RATIO,)),
        Metric("classifier_macs", "cost", COUNT, "lower", "exact", (Form.RATIO,)),
        Metric(
            "sparsity", "cost", SHARE, "higher", "exact", (Form.VALUE,), "zeros", slack=1e-6, meaning=WEAKER
        ),
        Metric("integer_share", "machine", SHARE, "higher", "exact", VALUE, slack=1e-6, precision=INT8),
        Metric("bf16_share", "machine", SHARE, "higher", "exact", VALUE, slack=1e-6, precision=BF16),
        Metric("latency", "machine", SECONDS, "lower", stored=False),
        Metric("latency_ratio", "machine", RATIO, "lower", "timed", (Form.VALUE,), "time"),
        Metric("latency_mean", "machine", SECONDS, "lower", stored=False),
        Metric("latency_p90", "machine", SECONDS, "lower", stored=False),
        Metric("latency_p95", "machine", SECONDS, "lower", stored=False),
        Metric("latency_p99", "machine", SECONDS, "lower", stored=False),
        Metric("latency_jitter", "machine", SECONDS, "lower", stored=False),
        Metric("latency_p90_ratio", "machine", RATIO, "lower", "tail", (Form.VALUE,), place=0.9),
        Metric("latency_p95_ratio", "machine", RATIO, "lower", "tail", (Form.VALUE,), place=0.95),
        Metric("start_ratio", "machine", RATIO, "lower", "started", (Form.VALUE,), "start"),
        Metric("answer_s", "machine", SECONDS, "lower", stored=False),
        Metric("answer_ratio", "machine", RATIO, "lower", "answered", VALUE, "file"),
        Metric("decode_s", "machine", SECONDS, "lower", stored=False),
        Metric("decode_ratio", "machine", RATIO, "lower", "answered", VALUE),
        Metric("backbone_s", "machine", SECONDS, "lower", stored=False),
        Metric("backbone_ratio", "machine", RATIO, "lower", "answered", VALUE),
        Metric("aggregator_s", "machine", SECONDS, "lower", stored=False),
        Metric("aggregator_ratio", "machine", RATIO, "lower", "answered", VALUE),
        Metric("classifier_s", "machine", SECONDS, "lower", stored=False),
        Metric("peak_memory_bytes", "machine", BYTES, "lower", "exact", (Form.RATIO,), margin="memory"),
        Metric("clips", "count", COUNT, "higher", stored=False),
        Metric("sample", "count", COUNT, "higher", stored=False),
        Metric("skipped", "count", COUNT, "lower", stored=False),
    )
}
"""By name, in the order in which they are judged and shown."""


RANKED = tuple(metric.name for metric in METRICS.values() if metric.rule == "ranked")
"""Of clips that may have several labels."""
SEARCHED = tuple(metric.name for metric in METRICS.values() if metric.rule == "searched")
"""Of embeddings, where a test asks for that."""


def is_nothing(name: str, value: float | None) -> bool:
    """Is it a share of no MACs at all? It is neither stored nor held to anything where nothing is stored."""
    return name in METRICS and METRICS[name].precision != "" and value == 0


@dataclass(frozen=True)
class Limit:
    """What a test can give a budget for."""

    metric: Metric
    form: Form

    @property
    def name(self) -> str:
        """`agreement`, `top1_drop`, `size_ratio`."""
        return f"{self.metric.name.removesuffix('_bytes')}_{self.form}" if self.form else self.metric.name

    @property
    def unit(self) -> Unit:
        return {Form.VALUE: self.metric.unit, Form.RATIO: RATIO, Form.DROP: POINTS}[self.form]

    @property
    def at_least(self) -> bool:
        """A limit from below."""
        return self.metric.better == "higher" and self.form is not Form.DROP

    @property
    def least(self) -> float:
        """Lowest limit that can be given: times and bytes are never nothing, and a drop is not asked for."""
        return 0.0 if self.unit in (SHARE, NATS, POINTS) else 1 / RATIO.most

    @property
    def most(self) -> float:
        return self.unit.most

    @property
    def within(self) -> str:
        """`of 0 to 1`."""
        return (
            f"of {self.least:g} to {self.most:g}"
            if self.most <= 1
            else "above 0"
            if self.least
            else "of at least 0"
        )

    @property
    def example(self) -> str:
        return "0.02" if self.form is Form.DROP else "1000000" if self.unit.whole else "0.5"

    def of(self, report: Report) -> float | None:
        """The number that is limited; None where it was not measured, of the variant or of its reference."""
        own, reference = self.metric.of(report), report.reference
        if own is None or self.form is Form.VALUE:
            return None if own is None else float(own)
        other = own if reference is None else self.metric.of(reference)
        if other is None:
            return None
        if self.form is Form.DROP:
            return float(other - own)
        # No work and no bytes at all are what was not counted.
        counted = own or self.metric.better == "higher"
        return float(own / other) if counted and other else None


LIMITS: Mapping[str, Limit] = {
    limit.name: limit
    for limit in (Limit(metric, form) for metric in METRICS.values() for form in metric.budgets)
}
"""By name, in the order of the metrics."""


def metric_of(name: str) -> Metric | None:
    """What a verdict is about, by the name of a metric or of a limit; None of any other name."""
    return LIMITS[name].metric if name in LIMITS else METRICS.get(name)


def quantity(name: str, value: float | None) -> str:
    """The value of a metric or a limit with its unit, exact where the gate is."""
    if value is None:
        return "-"
    row = METRICS.get(name) or LIMITS.get(name)
    return (row.unit if row else RATIO).text(value)
