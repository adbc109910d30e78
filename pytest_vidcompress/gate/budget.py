"""Explicit limits: what a test's `vc_budget` marker allows, and the gate's own margins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from ..errors import VidcompressError
from ..untrusted import Malformed, number
from .metrics import LIMITS


@dataclass(frozen=True, kw_only=True)
class Certainty:
    """How sure the gate must be that something is worse, or that it is not."""

    top1_alpha: float = 0.05
    """Chance of a false alarm of the accuracy test, were every discordant clip a fair coin."""
    top1_interim: float = 0.0005
    """As `top1_alpha` before the last clip: so strict that looking early costs the last look nothing
    (Haybittle, 1971; Peto, 1976). Eleven clips lost for none gained reach it."""
    top1_drop: float = 0.02
    """Smallest true drop that an early pass must have ruled out."""
    top1_miss: float = 0.001
    """Chance that such a drop passes early nevertheless."""
    floor_alpha: float = 0.001
    """As `top1_alpha` for a net loss within its margin that leads below the floor: a variant may have been
    stored exactly there, and then one clip does."""
    ranked_alpha: float = 0.05
    """As `top1_alpha`, of GAP and mAP, and of what is searched."""
    macs_alpha: float = 0.01
    """Likewise, of MACs that depend on the clip, where other weights may cost more of some clips by chance."""
    latency_alpha: float = 0.001
    """Chance of a false alarm of one latency check."""
    family_alpha: float = 0.005
    """Chance of any false alarm among the latency checks of a session (Holm)."""


@dataclass(frozen=True, kw_only=True)
class Margins:
    """How much worse than its baseline a metric must be to fail, and how sure of that the gate must be."""

    latency: float = 0.05
    """Relative to the stored ratio: the practical margin."""
    latency_p90: float = 0.10
    """As `latency`, of the slower calls beside the reference's: a percentile is less well known than a median."""
    top1: float = 0.01
    """Net share of clips that may be lost."""
    floor: float = 0.99
    """Share of the reference's top-1 that a variant stored above it may not fall below (MLPerf's rule)."""
    gap: float = 0.01
    """By how much GAP may be lower than stored, absolutely."""
    mean_ap: float = 0.01
    """Likewise, mAP."""
    search: float = 0.01
    """Likewise, what embeddings find."""
    macs: float = 0.01
    """Relative, of the mean of MACs that depend on the clip: a token more or less is a matter of the last bit of a
    score. Those that do not are held exactly."""
    macs_p95: float = 0.05
    """Likewise, of what the dearest clips cost: p95."""
    memory: float = 0.05
    """Relative; allocators of two library versions round differently."""
    start: float = 0.10
    """As `latency`, of cold starts: a process that starts meets more that varies than one that goes on."""
    answer: float = 0.10
    """As `latency`, of the way from a clip's file to the answer, and of its parts: processes vary, and all rounds
    are of one."""
    sure: Certainty = Certainty()

    @classmethod
    def from_kwargs(cls, latency: object, **given: object) -> Margins:
        """The session's margins with those a test wrote; VidcompressError for an unknown name or no share.

        Args:
            latency: the session's, which a test may replace.
        """
        named = {"latency": latency, **given}
        for name in named:
            if name not in MARGINS:
                raise VidcompressError(
                    f"vc_margin: no margin is called {name!r}; choose from {', '.join(MARGINS)}"
                )
            try:
                number(named, name, 0, 1)
            except Malformed:
                raise VidcompressError(
                    f"vc_margin: {name} must be a share, not {named[name]!r}: a number of 0 to 1; write {name}=0.05"
                ) from None
        return cls(**named)  # pyright: ignore[reportArgumentType]  # each is a number by now


MARGINS = tuple(each.name for each in fields(Margins) if each.name != "sure")
"""Those that a test can write."""


@dataclass(frozen=True)
class Budget:
    """Limits that hold whatever the baseline says, by the names of `metrics.LIMITS`."""

    limits: Mapping[str, float] = field(default_factory=dict[str, float])

    @classmethod
    def from_kwargs(cls, **limits: object) -> Budget:
        """Limits as a test wrote them; VidcompressError for an unknown name, no number, or one out of range."""
        checked: dict[str, float] = {}
        for name, value in limits.items():
            limit = LIMITS.get(name)
            if limit is None:
                raise VidcompressError(
                    f"vc_budget: no limit is called {name!r}; choose from {', '.join(LIMITS)}"
                )
            try:
                checked[name] = number(limits, name, limit.least, limit.most)
            except Malformed:
                raise VidcompressError(
                    f"vc_budget: {name} must be a number {limit.within}, not {value!r}; write {name}={limit.example}"
                ) from None
        return cls(checked)
