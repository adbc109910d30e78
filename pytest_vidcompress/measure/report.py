"""Everything measured about one variant, beside its reference measured in the same run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from .accuracy.accuracy import Accuracy as Accuracy
from .accuracy.accuracy import AccuracyKind as AccuracyKind
from .accuracy.accuracy import Ranking as Ranking
from .by_clip.distribution import Distribution
from .cost.cost import Cost as Cost
from .identity import Identity as Identity
from .identity import PublishedAccuracy as PublishedAccuracy
from .interval import Estimate, share_interval
from .latency.percentiles import Percentiles
from .search.search import Search as Search
from .timing import Timing as Timing

if TYPE_CHECKING:
    from ..models.learning_curve import LearningCurve
    from .divergence.divergence import Divergence
    from .from_file.from_file import FromFile
    from .profile.hotspots import Hotspots
    from .start.cold_start import Start

T = TypeVar("T")


@dataclass(frozen=True)
class Stage:
    """Of a clip; what is not known is None."""

    seconds: Estimate | None = None
    macs: int | None = None


@dataclass(frozen=True)
class Execution:
    """What executed it, and what was seen of that."""

    runtime: str = "torch"
    """Latency and memory are stored for the machine class of it."""
    isa: str = ""
    """Instruction set of the kernels that ran, such as `avx512_vnni`; empty where it is not known."""
    notes: tuple[str, ...] = ()
    """What the recipe decided on this machine, such as the quantization engine."""
    bf16_kernels: str = ""
    """What computes in bfloat16, such as `amx_bf16`; empty where nothing does. Part of the machine class."""
    runtime_version: str = ""
    """Of a runtime that is put together of others for each variant; empty: as it is here. Part of the class."""
    device: str = ""
    """What it ran on, as torch calls it, such as `cuda:0`; empty: the CPU."""
    peak_macs_per_s: float | None = None
    """What this machine reaches in fp32 at best, multiply-accumulates a second; None where it was not asked for."""
    hotspots: Hotspots | None = field(default=None, repr=False)
    """Where its time goes; None where it was not asked for."""
    exits: Mapping[str, int] = field(default_factory=dict[str, int], repr=False)
    """Exit -> clips of the sample, or their views, that left there, the last of them where all do; empty of what
    computes the same of every clip."""

    @property
    def classed_by(self) -> tuple[str, str, str]:
        """What of it is part of the machine class: the runtime, its version and its kernels for bfloat16."""
        return self.runtime, self.runtime_version, self.bf16_kernels


IN_TORCH = Execution().classed_by
"""What executes where nothing else was asked for."""


class Shortcut(Generic[T]):
    """A name of a report for what one of its parts says."""

    def __init__(self, of: Callable[[Report], T]) -> None:
        self._of = of

    @overload
    def __get__(self, report: None, owner: type) -> Shortcut[T]: ...
    @overload
    def __get__(self, report: Report, owner: type) -> T: ...
    def __get__(self, report: Report | None, owner: type) -> Shortcut[T] | T:
        return self if report is None else self._of(report)


@dataclass(frozen=True)
class Report:
    """The numbers of one variant, in parts; ratios are to `reference`."""

    identity: Identity
    accuracy: Accuracy
    cost: Cost = field(default_factory=Cost)
    timing: Timing | None = None
    """None when timing was switched off."""
    execution: Execution = Execution()
    start: Start | None = field(default=None, repr=False)
    """Cold starts; None where they were not asked for."""
    from_file: FromFile | None = field(default=None, repr=False)
    """The way from clips' files to the answers; None likewise."""
    search: Search | None = field(default=None, repr=False)
    """What its embeddings find; None likewise."""
    reference: Report | None = None
    """The uncompressed model on the same clips in the same run; None in a reference's own report."""
    divergence: Divergence | None = field(default=None, repr=False)
    """Where in the model it leaves the reference; None where its accuracy has not failed."""
    learning: tuple[LearningCurve, ...] = field(default=(), repr=False)
    """How its recipe trained it; empty of what did not, and where that is not known."""

    name = Shortcut(lambda report: report.identity.name)
    model = Shortcut(lambda report: report.identity.model)
    test = Shortcut(lambda report: report.identity.test)
    clips = Shortcut(lambda report: len(report.identity.clip_ids))
    sample = Shortcut(lambda report: report.identity.sample)
    skipped = Shortcut(lambda report: report.identity.skipped)
    top1 = Shortcut(lambda report: report.accuracy.top1)
    top5 = Shortcut(lambda report: report.accuracy.top5)
    agreement = Shortcut(lambda report: report.accuracy.agreement)
    kl = Shortcut(lambda report: report.accuracy.kl)
    gap = Shortcut(lambda report: (found := report.accuracy.ranking) and found.gap)
    mean_ap = Shortcut(lambda report: (found := report.accuracy.ranking) and found.mean_ap)
    gap_drop = Shortcut(lambda report: (found := report.accuracy.ranking) and found.gap_drop)
    mean_ap_drop = Shortcut(lambda report: (found := report.accuracy.ranking) and found.mean_ap_drop)
    recall_at_1 = Shortcut(lambda report: _found(report, "recall_at_1"))
    recall_at_5 = Shortcut(lambda report: _found(report, "recall_at_5"))
    recall_at_10 = Shortcut(lambda report: _found(report, "recall_at_10"))
    search_mean_ap = Shortcut(lambda report: _found(report, "search_mean_ap"))
    agreement_at_10 = Shortcut(lambda report: _found(report, "agreement_at_10"))
    asymmetric_recall_at_1 = Shortcut(lambda report: _found(report, "asymmetric_recall_at_1"))
    reverse_recall_at_1 = Shortcut(lambda report: _found(report, "reverse_recall_at_1"))
    vector_bytes = Shortcut(lambda report: report.search and report.search.vector_bytes)
    size_bytes = Shortcut(lambda report: report.cost.size_bytes)
    parameters = Shortcut(lambda report: report.cost.parameters)
    sparsity = Shortcut(lambda report: report.cost.sparsity)
    macs = Shortcut(lambda report: report.cost.macs)
    macs_mean = Shortcut(lambda report: report.cost.macs_at("mean"))
    macs_p50 = Shortcut(lambda report: report.cost.macs_at("p50"))
    macs_p90 = Shortcut(lambda report: report.cost.macs_at("p90"))
    macs_p95 = Shortcut(lambda report: report.cost.macs_at("p95"))
    integer_share = Shortcut(lambda report: report.cost.integer_share)
    bf16_share = Shortcut(lambda report: report.cost.bf16_share)
    peak_memory_bytes = Shortcut(lambda report: report.cost.peak_memory_bytes)
    latency = Shortcut(lambda report: report.timing and report.timing.latency)
    latency_ratio = Shortcut(lambda report: report.timing and report.timing.ratio)
    latency_p90 = Shortcut(lambda report: (found := _percentiles(report)) and found.p90)
    latency_mean = Shortcut(lambda report: (found := _of_clips(report)) and found.mean)
    latency_p95 = Shortcut(lambda report: (found := _percentiles(report)) and found.p95)
    latency_p95_ratio = Shortcut(lambda report: (found := _percentiles(report)) and found.p95_ratio)
    latency_p99 = Shortcut(lambda report: (found := _percentiles(report)) and found.p99)
    latency_jitter = Shortcut(lambda report: (found := _percentiles(report)) and found.jitter)
    latency_p90_ratio = Shortcut(lambda report: (found := _percentiles(report)) and found.p90_ratio)
    start_ratio = Shortcut(lambda report: report.start and report.start.ratio)
    backbone_macs = Shortcut(lambda report: report.cost.stage_macs.get("backbone"))
    aggregator_macs = Shortcut(lambda report: report.cost.stage_macs.get("aggregator"))
    classifier_macs = Shortcut(lambda report: report.cost.stage_macs.get("classifier"))
    answer_s = Shortcut(lambda report: _answer_s(report, "answer"))
    decode_s = Shortcut(lambda report: _answer_s(report, "decode"))
    backbone_s = Shortcut(lambda report: _answer_s(report, "backbone"))
    aggregator_s = Shortcut(lambda report: _answer_s(report, "aggregator"))
    classifier_s = Shortcut(lambda report: _answer_s(report, "classifier"))
    answer_ratio = Shortcut(lambda report: _answer_ratio(report, "answer"))
    decode_ratio = Shortcut(lambda report: _answer_ratio(report, "decode"))
    backbone_ratio = Shortcut(lambda report: _answer_ratio(report, "backbone"))
    aggregator_ratio = Shortcut(lambda report: _answer_ratio(report, "aggregator"))

    @property
    def stages(self) -> Mapping[str, Stage]:
        """What is decoded, and the stages of the model: the cost of each, as far as it is known."""
        timed = ("decode", *self.from_file.stages) if self.from_file and self.decode_s else ()
        names = dict.fromkeys((*timed, *self.cost.stage_macs))
        return {name: Stage(_answer_s(self, name), self.cost.stage_macs.get(name)) for name in names}

    @property
    def exit_shares(self) -> Mapping[str, Estimate]:
        """Exit -> the share of the clips that left there."""
        clips = sum(self.execution.exits.values())
        return {
            name: Estimate(*share_interval(number, clips)) for name, number in self.execution.exits.items()
        }

    @property
    def clips_per_s(self) -> float | None:
        """From files to answers, one clip after the other; None where that was not timed."""
        return 1 / self.answer_s if self.answer_s else None

    @property
    def size_ratio(self) -> float | None:
        return _ratio(self, "size_bytes")

    @property
    def macs_ratio(self) -> float | None:
        return _ratio(self, "macs")

    @property
    def memory_ratio(self) -> float | None:
        return _ratio(self, "peak_memory_bytes")

    @property
    def macs_per_s(self) -> float | None:
        """Achieved speed: `macs` in `latency`."""
        return self.macs / self.latency if self.macs and self.latency else None

    @property
    def peak_share(self) -> float | None:
        """Achieved speed as a share of the machine's fp32 peak; integers may be beyond it."""
        peak = self.execution.peak_macs_per_s
        return self.macs_per_s / peak if self.macs_per_s and peak else None

    @property
    def top1_drop(self) -> float:
        """Top-1 of the reference minus top-1 of the variant."""
        return 0.0 if self.reference is None else self.reference.top1 - self.top1

    @property
    def top1_ratio(self) -> float | None:
        """Top-1 as a share of the reference's; None where the reference has none right."""
        return 1.0 if self.reference is None else _ratio(self, "top1")

    def __str__(self) -> str:
        parts = [
            f"{self.model} {self.name}: top-1 {_points(self.top1)}",
            f"agreement {_points(self.agreement)}",
        ]
        if self.gap is not None and self.mean_ap is not None:
            parts.insert(1, f"GAP {_points(self.gap)}, mAP {_points(self.mean_ap)}")
        if self.size_bytes is not None:
            parts.append(f"{self.size_bytes / 1e6:.2f} MB{_times(self.size_ratio)}")
        if self.sparsity:
            parts.append(f"sparsity {100 * self.sparsity:.2f} %")
        if self.latency is not None:
            parts.append(f"{1e3 * self.latency:.1f} ms a clip{_times(self.latency_ratio)}")
        return ", ".join(parts) + f" on {self.clips} clips"


def _found(report: Report, name: str) -> Estimate | None:
    return report.search.numbers.get(name) if report.search else None


def _answer_s(report: Report, part: str) -> Estimate | None:
    return report.from_file.seconds(part) if report.from_file else None


def _answer_ratio(report: Report, part: str) -> Estimate | None:
    return report.from_file.ratio(part) if report.from_file else None


def _percentiles(report: Report) -> Percentiles | None:
    return report.timing.percentiles if report.timing else None


def _of_clips(report: Report) -> Distribution | None:
    return report.timing.of_clips if report.timing else None


def _points(share: float) -> str:
    return f"{100 * share:.1f} %"


def _times(ratio: float | None) -> str:
    return "" if ratio is None else f" (x{ratio:.3f})"


def _ratio(report: Report, field_name: str) -> float | None:
    mine: Any = getattr(report, field_name)
    other: Any = getattr(report.reference, field_name, None)
    return mine / other if mine is not None and other else None
