"""The clips that are counted one by one, and by what their costs may be told apart. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ShownClips:
    """The first clips of a sample."""

    ids: tuple[str, ...] = ()
    labels: tuple[tuple[str, ...], ...] = ()
    """Of each clip, one or several."""
    motions: tuple[float, ...] = ()
    """Of each clip, as `motion.motion` measures it."""

    def first(self, clips: int) -> ShownClips:
        """So many of them."""
        return ShownClips(self.ids[:clips], self.labels[:clips], self.motions[:clips])
