"""A way of taking away, the more the stronger: what a search needs to know of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

MOST_SHARE = 0.9
"""Of neurons, heads or weights that go."""
DIGITS = 4


class Way(Protocol):
    """From a strength of 0 to one of 1. Recipes are empty where nothing goes."""

    @property
    def technique(self) -> str:
        """The name of what takes away."""
        ...

    @property
    def likely(self) -> float:
        """The strength that is likely to meet the budget."""
        ...

    def recipe(self, strength: float) -> str:
        """What is shipped."""
        ...

    def draft(self, strength: float) -> str:
        """What is as small and as fast, and looks at no clip."""
        ...

    def others(self, strength: float) -> Sequence[str]:
        """What takes away as much, and may answer more alike."""
        ...
