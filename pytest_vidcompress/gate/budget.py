"""Explicit limits: what a test's `vc_budget` marker allows, and the gate's own margins."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields

from ..errors import VidcompressError


@dataclass(frozen=True, kw_only=True)
class Margins:
    """How much worse than its baseline a metric must be to fail, and how sure of that the gate must be."""

    top1: float = 0.01
    """Net share of clips that may be lost."""
    top1_alpha: float = 0.05
    """Chance of a false alarm of the accuracy test, were every discordant clip a fair coin."""
    top1_interim: float = 0.0005
    """As `top1_alpha` before the last clip: so strict that looking early costs the last look nothing
    (Haybittle, 1971; Peto, 1976). Eleven clips lost for none gained reach it."""
    top1_drop: float = 0.02
    """Smallest true drop that an early pass must have ruled out."""
    top1_miss: float = 0.001
    """Chance that such a drop passes early nevertheless."""
    floor: float = 0.99
    """Share of the reference's top-1 that a variant stored above it may not fall below (MLPerf's rule)."""
    floor_alpha: float = 0.001
    """As `top1_alpha` for a net loss within its margin that leads below the floor: a variant may have been
    stored exactly there, and then one clip does."""
    sparsity: float = 1e-6
    """Absolute; the file keeps six digits."""
    latency: float = 0.05
    """Relative to the stored ratio: the practical margin."""
    latency_alpha: float = 0.001
    """Chance of a false alarm of one latency check."""
    family_alpha: float = 0.005
    """Chance of any false alarm among the latency checks of a session (Holm)."""
    memory: float = 0.05
    """Relative; allocators of two library versions round differently."""

    @classmethod
    def from_kwargs(cls, latency: object, **given: object) -> Margins:
        """The session's margins with those a test wrote; VidcompressError for an unknown name or no share.

        Args:
            latency: the session's, which a test may replace.
        """
        known = ("latency", "top1", "floor", "memory")
        checked: dict[str, float] = {}
        for name, margin in {"latency": latency, **given}.items():
            if name not in known:
                raise VidcompressError(
                    f"vc_margin: no margin is called {name!r}; choose from {', '.join(known)}"
                )
            if isinstance(margin, bool) or not isinstance(margin, int | float) or not 0 <= margin < math.inf:
                raise VidcompressError(
                    f"vc_margin: {name} must be a share, not {margin!r}; write {name}=0.05"
                )
            checked[name] = margin
        return cls(**checked)


@dataclass(frozen=True, kw_only=True)
class Budget:
    """Limits that hold whatever the baseline says; None means no limit."""

    top1_drop: float | None = None
    """Most top-1 lost to the reference, as a share: 0.02 is two points."""
    top1_ratio: float | None = None
    """Least share of the reference's top-1: 0.99 is MLPerf's floor."""
    top5_drop: float | None = None
    agreement: float | None = None
    """Least share of clips on which variant and reference agree."""
    kl: float | None = None
    """Most mean divergence from the reference, nats."""
    size_bytes: float | None = None
    size_ratio: float | None = None
    parameters: float | None = None
    sparsity: float | None = None
    """Least share of parameters that are zero."""
    macs_ratio: float | None = None
    latency_ratio: float | None = None
    peak_memory_ratio: float | None = None

    @classmethod
    def from_kwargs(cls, **limits: object) -> Budget:
        """Limits as a test wrote them; VidcompressError for an unknown name or no number."""
        known = [field.name for field in fields(cls)]
        checked: dict[str, float] = {}
        for name, limit in limits.items():
            if name not in known:
                raise VidcompressError(
                    f"vc_budget: no limit is called {name!r}; choose from {', '.join(known)}"
                )
            if isinstance(limit, bool) or not isinstance(limit, int | float) or math.isnan(limit):
                raise VidcompressError(f"vc_budget: {name} must be a number, not {limit!r}; write {name}=0.5")
            checked[name] = limit
        return cls(**checked)

    def limits(self) -> Iterator[tuple[str, float]]:
        """Name and value of the limits that were given."""
        for field in fields(self):
            limit: float | None = getattr(self, field.name)
            if limit is not None:
                yield field.name, limit


AT_LEAST = frozenset({"top1_ratio", "agreement", "sparsity"})
"""Limits from below; all others are limits from above."""
