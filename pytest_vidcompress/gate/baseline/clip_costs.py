"""MACs clip by clip as a baseline keeps them, and beside those of a run: the same clips, so paired. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from string import hexdigits
from typing import TYPE_CHECKING, Any

from ...measure.interval import quantile
from ...untrusted import Malformed, text, whole
from ..metrics import COUNT

if TYPE_CHECKING:
    from ...measure.cost.cost import Cost

LINE, WEIGHTS = "macs_by_clip", "weights"
"""What the lines are called."""
DEAR = 0.95
"""The share of clips that cost no more than a dear one."""
_NONE = "-"
"""Of a clip that was not counted."""
_MOST_DIGITS = 64
"""Of a digest, as far as one is read."""


@dataclass(frozen=True)
class ClipCosts:
    """Of a variant whose work depends on the clip; empty of any other, and of what was stored as one number."""

    macs: Mapping[str, int] = field(default_factory=dict[str, int])
    """By clip id."""
    weights: str = ""
    """Their digest; empty where they did not show."""

    @classmethod
    def of(cls, cost: Cost) -> ClipCosts:
        """Of a report."""
        return cls(dict(zip(cost.shown.ids, cost.macs_by_clip, strict=False)), cost.weights)

    def written(self, clips: Sequence[str]) -> dict[str, str]:
        """Lines of a baseline's entry; none where there is nothing to say.

        Args:
            clips: ids of the entry, in whose order they are.
        """
        words = [str(self.macs[clip]) if clip in self.macs else _NONE for clip in clips]
        while words and words[-1] == _NONE:
            words.pop()
        if not words:
            return {}
        return {LINE: " ".join(words), **({WEIGHTS: self.weights} if self.weights else {})}

    @classmethod
    def read(cls, values: Mapping[str, Any], clips: Sequence[str]) -> ClipCosts:
        """Inverse of `written`; `Malformed` says what is wrong with a line."""
        if LINE not in values:
            return cls()
        words = text(values, LINE).split()
        if len(words) > len(clips):
            raise Malformed(f"{LINE} of {len(clips)} clips has at most as many numbers, not {len(words)}")
        macs = {clip: _number(word) for clip, word in zip(clips, words, strict=False) if word != _NONE}
        weights = text(values, WEIGHTS) if WEIGHTS in values else ""
        if len(weights) > _MOST_DIGITS or weights.strip(hexdigits):
            raise Malformed(f"{WEIGHTS}: expected the digits of a digest")
        return cls(macs, weights)


def _number(word: str) -> int:
    if not (word.isascii() and word.isdigit()):
        raise Malformed(f"{LINE}: expected whole numbers, found {word[:60]!r}")
    return whole({LINE: int(word[: len(str(COUNT.most)) + 1])}, LINE, 0, int(COUNT.most))


@dataclass(frozen=True)
class ClipPairs:
    """What the clips cost that baseline and run both counted."""

    then: Sequence[int]
    now: Sequence[int]
    same_weights: bool
    is_whole: bool
    """They are all that either counted."""

    @classmethod
    def of(cls, stored: ClipCosts, cost: Cost, same: frozenset[str]) -> ClipPairs | None:
        """None where nothing is stored clip by clip, or nothing was counted.

        Args:
            same: ids of the clips that may be compared. Of what costs the same of all now, each costs that.
        """
        if not stored.macs or cost.macs is None:
            return None
        counted = ClipCosts.of(cost)
        now = counted.macs or dict.fromkeys(stored.macs, cost.macs)
        both = [clip for clip in stored.macs if clip in now and clip in same]
        return cls(
            [stored.macs[clip] for clip in both],
            [now[clip] for clip in both],
            stored.weights != "" and stored.weights == counted.weights,
            len(both) == len(stored.macs) == len(now),
        )

    @property
    def rises(self) -> list[float]:
        """What each clip costs more, in means of what all cost then: their mean is the rise of the mean."""
        usual = fmean(self.then) or 1.0
        return [(is_ - was) / usual for was, is_ in zip(self.then, self.now, strict=True)]

    @property
    def rise(self) -> float:
        """Of the mean, relative to what it was."""
        return fmean(self.rises) if self.then else 0.0

    @property
    def dear_rise(self) -> float:
        """Likewise, of p95."""
        then = quantile(self.then, DEAR) if self.then else 0.0
        return quantile(self.now, DEAR) / then - 1 if then else 0.0
