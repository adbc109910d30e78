"""What a variant takes, apart from time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from ..by_clip.distribution import Distribution
from ..by_clip.shown_clips import ShownClips
from ..interval import Estimate

if TYPE_CHECKING:
    from .coverage import Coverage


@dataclass(frozen=True)
class Cost:
    """What a variant takes, apart from time; None is what was not or cannot be measured."""

    size_bytes: int | None = None
    """Bytes of the artefact on disk; None for a callable that cannot be saved."""
    parameters: int | None = None
    """Numbers the module holds: parameters and quantized weights."""
    sparsity: float | None = None
    """Share of `parameters` that are exactly zero."""
    macs: int | None = None
    """Multiply-accumulates of one view of a clip, counted on the uncompressed operators; the mean of several clips
    where they depend on the clip. None where not all could be counted: less than all is no figure."""
    peak_memory_bytes: int | None = None
    """Weights plus the most tensor memory alive during one view."""
    coverage: Coverage | None = field(default=None, repr=False)
    """What of it really is int8; None for what shows no weights, or of whose work some could not be counted."""
    tensor_bytes: int | None = None
    """Of `size_bytes`, what the tensors themselves take, without names and headers; None where it is not known."""
    notes: tuple[str, ...] = ()
    """What of this could not be measured, and why."""
    device_memory_bytes: int | None = None
    """Weights plus the most that the device's own allocator gave out during one view; None of the CPU, and where it
    does not say."""
    macs_by_clip: tuple[int, ...] = field(default=(), repr=False)
    """Of the first clips of the sample, where two unlike ones differ; empty where they do not."""
    stage_macs: Mapping[str, int] = field(default_factory=dict[str, int], repr=False)
    """Of `macs`, those of each stage, as `cost.stage_costs` knows them; empty of what shows none."""
    shown: ShownClips = field(default=ShownClips(), repr=False)
    """The clips of `macs_by_clip`, in its order; none where that is empty."""
    weights: str = ""
    """Of what costs more of one clip than of another, the digest of its weights; empty where they do not show."""

    @cached_property
    def macs_of_clips(self) -> Distribution | None:
        """Of `macs_by_clip`; None where all clips cost the same, or nothing could be counted."""
        return Distribution(tuple(map(float, self.macs_by_clip))) if self.macs_by_clip else None

    def macs_at(self, place: str) -> Estimate | None:
        """The `mean`, `p50`, `p90` or `p95` of the clips' multiply-accumulates: of a fixed cost, that."""
        if self.macs_of_clips:
            return getattr(self.macs_of_clips, place)
        return None if self.macs is None else Estimate(self.macs)

    @property
    def integer_share(self) -> float | None:
        """Of `macs`, those that really multiply integers; None where nobody who executes them says so."""
        return self.coverage.macs_int8 if self.coverage and not self.coverage.is_hearsay else None

    @property
    def bf16_share(self) -> float | None:
        """Likewise, of bfloat16."""
        return self.coverage.macs_bf16 if self.coverage and not self.coverage.is_hearsay else None
