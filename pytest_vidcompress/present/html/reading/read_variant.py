"""A variant of a run: what was measured of it, by however many tests, and what the gate said, once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ....gate.verdict import Status, Verdict, worst
from ....measure.interval import Estimate
from ...wording import standing_of
from .values import Entry, estimate, inner, number, text
from .verdicts import ReadVerdict, read_verdicts


@dataclass(frozen=True)
class Variant:
    """Its measurements in one run; the one on most clips says its numbers."""

    name: str
    measurements: Sequence[Entry]

    @cached_property
    def entry(self) -> Entry:
        """Of the measurement on most clips; what that has not, of the others."""
        merged: dict[str, Any] = {}
        for each in self.measurements:
            merged |= {name: value for name, value in each.items() if merged.get(name) is None}
        return merged

    @property
    def key(self) -> tuple[str, str]:
        """Of the same variant in another run."""
        return text(self.entry, "model"), self.name

    @property
    def tests(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(text(each, "test") for each in self.measurements))

    @cached_property
    def verdicts(self) -> tuple[ReadVerdict, ...]:
        """Of all its tests, the worst first; what two of them say alike once."""
        found = dict.fromkeys(each for entry in self.measurements for each in read_verdicts(entry))
        return tuple(sorted(found, key=lambda each: each.verdict.status.rank))

    @property
    def status(self) -> str:
        """The worst; `unchecked` where it was held to nothing."""
        return str(worst(each.verdict.status for each in self.verdicts)) if self.verdicts else "unchecked"

    @property
    def standing(self) -> str:
        """In a word or two."""
        return standing_of([each.verdict for each in self.verdicts])

    @property
    def is_failed(self) -> bool:
        return self.status == Status.FAILED

    def bad(self) -> list[Verdict]:
        """What failed."""
        return [each.verdict for each in self.verdicts if each.verdict.status is Status.FAILED]

    @property
    def change(self) -> Estimate | None:
        """Of accuracy beside the reference, points; negative where it loses."""
        drop = estimate(self.entry, self.accuracy_key)
        return None if drop is None else Estimate(-100 * drop, -100 * drop.high, -100 * drop.low)

    @property
    def accuracy_key(self) -> str:
        """What is lost: of clips with several labels it is of GAP, as when one chooses."""
        return "top1_drop" if number(self.entry, "gap_drop") is None else "gap_drop"

    def ratio(self, name: str) -> Estimate | None:
        """To the reference, such as `latency_ratio`."""
        return estimate(self.entry, name)

    def stored(self, metric: str) -> float | None:
        """What the baseline has of it."""
        own = number(inner(self.entry, "stored"), metric)
        of_verdicts = (
            each.verdict.stored
            for each in self.verdicts
            if each.verdict.metric == metric and each.verdict.stored is not None
        )
        return next(of_verdicts, None) if own is None else own


def variants_of(measurements: Iterable[Entry]) -> tuple[Variant, ...]:
    """Each once, the worst first. What tests made themselves under one name is told apart by the test."""
    groups: dict[tuple[str, ...], list[Entry]] = {}
    for entry in measurements:
        made = text(entry, "recipe") or text(entry, "test")
        groups.setdefault((text(entry, "machine"), text(entry, "name"), made), []).append(entry)
    names = [name for _, name, _ in groups]
    found = [
        Variant(name if names.count(name) == 1 else f"{name} ({made or machine})", _ordered(entries))
        for (machine, name, made), entries in groups.items()
    ]
    return tuple(sorted(found, key=_concern))


def _ordered(entries: Sequence[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: -(number(entry, "clips") or 0))


def _concern(variant: Variant) -> int:
    ranks = {str(status): status.rank for status in Status}
    return ranks.get(variant.status, len(ranks))
