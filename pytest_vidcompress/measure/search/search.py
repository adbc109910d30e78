"""What compression costs a ranking, as a part of a report. Pure.

Every clip asks for all others, by the cosine of embeddings; what is of its class is right.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..interval import Estimate

FIRST = 10
"""Places that `agreement_at_10` compares."""


@dataclass(frozen=True)
class Search:
    """Of one model, or of a variant beside it. Numbers are by their names in `gate.metrics`; what was not measured,
    as recall where no two clips are of one class, is missing."""

    numbers: Mapping[str, Estimate]
    """Means over the clips, with bootstrap intervals."""
    drops: Mapping[str, Estimate]
    """The reference's minus its own, by drawing the same clips for both; none of agreement."""
    by_clip: Mapping[str, tuple[float, ...]] = field(repr=False)
    """What each clip found, in the order of the report's; NaN of one of whose class there is no other."""
    width: int
    """Numbers of a vector."""

    @property
    def vector_bytes(self) -> int:
        """Of a clip in an index, its vector in fp32."""
        return 4 * self.width
