"""The verdicts of a measurement, as the gate gave them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from ....gate.verdict import Status, Verdict
from ...wording import sensitivity
from .values import Entry, as_number, items, number, objects, text

STATUSES = frozenset(map(str, Status))


@dataclass(frozen=True)
class ReadVerdict:
    """A verdict, and what a file says that cannot be told from its numbers alone."""

    verdict: Verdict
    sensitivity: str


def read_verdicts(entry: Entry) -> tuple[ReadVerdict, ...]:
    """In the file's order; of files of before they were whole, what they have of them."""
    found = objects(entry, "verdicts")
    return tuple(map(_whole, found)) if found else tuple(_flat(entry))


def _whole(said: Entry) -> ReadVerdict:
    status = text(said, "status")
    ends = [as_number(each) for each in items(said, "interval")]
    low, high = ends if len(ends) == 2 else (None, None)
    is_sure = low is None and high is None
    verdict = Verdict(
        text(said, "metric"),
        Status(status) if status in STATUSES else Status.INCONCLUSIVE,
        number(said, "measured"),
        number(said, "stored"),
        number(said, "limit"),
        text(said, "why"),
        text(said, "evidence"),
        "budget" if text(said, "rule") == "budget" else "baseline",
        None if is_sure else (-math.inf if low is None else low, math.inf if high is None else high),
        number(said, "visible"),
        number(said, "ruled_out"),
    )
    return ReadVerdict(verdict, text(said, "sensitivity") or sensitivity(verdict))


def _flat(entry: Entry) -> Iterator[ReadVerdict]:
    for prefix, rule in (("verdict_", "baseline"), ("budget_", "budget")):
        for key, status in entry.items():
            metric = key.removeprefix(prefix)
            if key.startswith(prefix) and status in STATUSES and not metric.endswith("_evidence"):
                made = Verdict(
                    metric,
                    Status(status),
                    number(entry, metric),
                    None,
                    number(entry, f"{key}_limit"),
                    "",
                    text(entry, f"{key}_evidence"),
                    "budget" if rule == "budget" else "baseline",
                    visible=number(entry, f"{key}_visible"),
                    ruled_out=number(entry, f"{key}_ruled_out"),
                )
                yield ReadVerdict(made, sensitivity(made))
