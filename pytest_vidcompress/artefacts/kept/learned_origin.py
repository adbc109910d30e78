"""Where a learned variant of a run came from. Light."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Origin(StrEnum):
    """Of a learned variant."""

    TRAINED = "trained in this run"
    CACHE = "of an earlier run"
    REPOSITORY = "of the repository"
    SKIPPED = "not trained"


@dataclass(frozen=True)
class LearnedOrigin:
    """Of one learned variant in a run."""

    model: str
    recipe: str
    """As far as it learns."""
    origin: Origin
    seconds: float = 0.0
    """Of training."""
    remark: str = ""
    """What must be known of it, in words."""
