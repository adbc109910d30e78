"""Everything measured about one variant, beside its reference measured in the same run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .latency.blocks import Confirmation

if TYPE_CHECKING:
    from .cost.coverage import Coverage
    from .profile.hotspots import Hotspots


class Estimate(float):
    """A measured number that carries its 95 % confidence interval; in arithmetic it is its value."""

    low: float
    high: float

    def __new__(cls, value: float, low: float | None = None, high: float | None = None) -> Estimate:
        self = super().__new__(cls, value)
        self.low = float(value if low is None else low)
        self.high = float(value if high is None else high)
        return self

    def __reduce__(self) -> tuple[type[Estimate], tuple[float, float, float]]:
        return (type(self), (float(self), self.low, self.high))

    @property
    def interval(self) -> tuple[float, float]:
        return (self.low, self.high)


@dataclass(frozen=True)
class Report:
    """The numbers of one variant. Shares are 0 ... 1, sizes bytes, times seconds; ratios to `reference`."""

    name: str
    """The variant's recipe, or the test that made it: its key in the baseline."""
    model: str
    test: str
    """`path/test_file.py::test_name` of the test that measured it."""
    top1: Estimate
    """Share of clips whose highest logit is the label's (under random weights: the reference's)."""
    top5: Estimate
    agreement: Estimate
    """Share of clips on which variant and reference predict the same class."""
    kl: Estimate
    """Mean KL divergence of the variant's class distribution from the reference's, nats."""
    size_bytes: int | None
    """Bytes of the artefact on disk; None for a callable that cannot be saved."""
    parameters: int | None
    """Numbers the module holds: parameters and quantized weights."""
    sparsity: float | None
    """Share of `parameters` that are exactly zero."""
    macs: int | None
    """Multiply-accumulates of one view of a clip, counted on the uncompressed operators."""
    latency: Estimate | None
    """Seconds per view, batch of one: median; None when timing was switched off."""
    latency_ratio: Estimate | None
    """Variant over reference, timed alternately: geometric median of the pairs."""
    peak_memory_bytes: int | None
    """Weights plus the most tensor memory alive during one view."""
    clips: int
    """Clips that counted, the same ones for variant and reference."""
    skipped: int
    """Clips of the sample that could not be decoded."""
    reference: Report | None = None
    """The uncompressed model on the same clips in the same run; None in a reference's own report."""
    accuracy_kind: str = "labels"
    """What `top1` and `top5` are measured against: `labels`, or `agreement` under random weights."""
    clip_ids: tuple[str, ...] = field(default=(), repr=False)
    outcomes: tuple[bool, ...] = field(default=(), repr=False)
    """Per clip of `clip_ids`: was the highest logit right?"""
    agreements: tuple[bool, ...] = field(default=(), repr=False)
    """Per clip of `clip_ids`: was it the reference's?"""
    log_ratios: tuple[float, ...] = field(default=(), repr=False)
    """Natural logarithm of variant over reference time, one per alternated pair."""
    notes: tuple[str, ...] = ()
    """What the recipe decided on this machine, such as the quantization engine."""
    confirmed: Confirmation | None = field(default=None, repr=False)
    """Variant against reference in fresh processes, where the pairs of the test's own left a doubt."""
    against: Confirmation | None = field(default=None, repr=False)
    """Variant against the same variant as another commit builds it."""
    unconfirmed: str = ""
    """Why there is no confirmation although one was wanted."""
    sample: int = -1
    """Clips that could have counted: more than `clips` where these were enough to decide. As `clips` unless
    given."""

    protocol: str = ""
    """How a clip was looked at, such as `16x4, 1x1 views`; empty where it is not known."""
    clips_digest: str = ""
    """Of ids and contents of all usable clips of the sample, in their order; empty where they are not known."""
    contents: tuple[str, ...] = field(default=(), repr=False)
    """Per clip of `clip_ids`: the first digits of its file's SHA-256."""
    label_names: tuple[str, ...] = field(default=(), repr=False)
    """Of every output of the model."""
    labels: tuple[int, ...] = field(default=(), repr=False)
    """Per clip of `clip_ids`: the right answer, an index in `label_names`."""
    predictions: tuple[int, ...] = field(default=(), repr=False)
    """Per clip of `clip_ids`: what was answered, likewise."""
    coverage: Coverage | None = field(default=None, repr=False)
    """What of it really is int8; None for what shows no weights."""
    isa: str = ""
    """Instruction set of the kernels that ran, such as `avx512_vnni`; empty where it is not known."""
    peak_macs_per_s: float | None = None
    """What this machine reaches in fp32 at best, multiply-accumulates a second; None where it was not asked for."""
    hotspots: Hotspots | None = field(default=None, repr=False)
    """Where its time goes; None where it was not asked for."""
    runtime: str = "torch"
    """What executed it: latency and memory are stored for the machine class of that."""

    def __post_init__(self) -> None:
        if self.sample < 0:
            object.__setattr__(self, "sample", self.clips)

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
        return self.macs_per_s / self.peak_macs_per_s if self.macs_per_s and self.peak_macs_per_s else None

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
        if self.size_bytes is not None:
            parts.append(f"{self.size_bytes / 1e6:.2f} MB{_times(self.size_ratio)}")
        if self.sparsity:
            parts.append(f"sparsity {100 * self.sparsity:.2f} %")
        if self.latency is not None:
            parts.append(f"{1e3 * self.latency:.1f} ms a clip{_times(self.latency_ratio)}")
        return ", ".join(parts) + f" on {self.clips} clips"


def _points(share: float) -> str:
    return f"{100 * share:.1f} %"


def _times(ratio: float | None) -> str:
    return "" if ratio is None else f" (x{ratio:.3f})"


def _ratio(report: Report, field_name: str) -> float | None:
    mine: Any = getattr(report, field_name)
    other: Any = getattr(report.reference, field_name, None)
    return mine / other if mine is not None and other else None
