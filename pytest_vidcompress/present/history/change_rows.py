"""What changed in a history, put together as one tells it: what a commit did to many variants is one thing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ...gate.history.series import STORED, Series
from ...gate.history.trends import Change, Trend

DEEDS = {"accept": "accepted", "tighten": "tightened", "anew": "recorded anew"}
"""What a commit did to what was stored, in words."""

_SEEN = {
    True: "a run was beyond its limit",
    False: "no run saw it",
    None: "nothing was held to anything then",
}


@dataclass(frozen=True)
class ChangeRow:
    """A change, of one series or of several alike."""

    trend: Trend
    """The one that changed most."""
    change: Change
    others: int
    """How many more changed likewise."""

    @property
    def is_unseen(self) -> bool:
        """Did it get worse without that any run could have seen it, or anybody took it over?"""
        return self.change.is_worse and self.change.was_seen is False and self.change.mark is None

    @property
    def weight(self) -> tuple[bool, bool, float]:
        """The worst first."""
        return not self.change.is_worse, not self.is_unseen, -abs(self.change.rise)


def change_rows(trends: Iterable[Trend]) -> list[ChangeRow]:
    """Worst first: what got worse unseen, what got worse, what got better."""
    grouped: dict[object, list[tuple[Trend, Change]]] = defaultdict(list)
    for trend in trends:
        for each in trend.changes:
            grouped[_alike(trend.series, each)].append((trend, each))
    rows = [
        ChangeRow(*max(group, key=lambda pair: abs(pair[1].rise)), len(group) - 1)
        for group in grouped.values()
    ]
    return sorted(rows, key=lambda row: row.weight)


def _alike(series: Series, change: Change) -> object:
    how = change.mark and (change.mark.deed, change.mark.place)
    key = series.key
    return (key.clip_set, key.model, key.metric, change.kind, change.first, change.last, change.is_worse, how)


def rise_text(series: Series, rise: float) -> str:
    """`+6.1 %`, or of shares `-0.47 points`; what divergence there is has no unit."""
    if series.is_relative:
        return f"{100 * rise:+.3g} %"
    return f"{100 * rise:+.3g} points" if series.key.row.unit.most <= 1 else f"{rise:+.3g}"


def how_text(change: Change, names: Sequence[str]) -> str:
    """What its row does not say: which other commit took it over, and whether any run could have seen it.

    Args:
        names: short ones of the commits.
    """
    parts = list[str]()
    if change.mark is not None:
        if not change.first <= change.mark.place <= change.last:
            parts.append(f"{DEEDS[change.mark.deed]} by {names[change.mark.place]}")
    elif change.is_worse:
        parts.append(_SEEN[change.was_seen])
    if change.speed:
        parts.append(f"the machine's speed may explain it: its reference took {change.speed:+.0%}")
    if (change.earliest, change.latest) != (change.first, change.last):
        parts.append(f"surely {names[change.earliest]} to {names[change.latest]}")
    return "; ".join(parts)


def source_text(series: Series) -> str:
    """Where it comes from, where that is not baselines."""
    return "" if series.key.source == STORED else series.key.source
