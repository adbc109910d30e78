"""Where clips have left, as what executes counts them. Light."""

from __future__ import annotations

from collections.abc import Sequence


class ExitCounts:
    """Clips by the exit that they took, from the first on.

    Whoever wants to know clears it before; what is pickled or copied begins with none.

    Args:
        names: of the exits; the last is where every clip leaves that has not before.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        self.clips = [0] * len(self.names)

    def add(self, exit: int, clips: int) -> None:
        """Counts clips that left at the exit of this number, from 0."""
        self.clips[exit] += clips

    def by_name(self) -> dict[str, int]:
        """Exit -> clips that left there."""
        return dict(zip(self.names, self.clips, strict=True))

    def clear(self) -> None:
        self.clips = [0] * len(self.names)

    def __reduce__(self) -> tuple[type[ExitCounts], tuple[tuple[str, ...]]]:
        # They are nothing of the model: what is told apart by its content must stay the same.
        return type(self), (self.names,)
