"""Verdicts and counts in words, the same wherever they are shown."""

from __future__ import annotations

import math
import shlex
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import PurePath

from ..gate.metrics import metric_of, quantity
from ..gate.verdict import Remedy, Result, Status, Verdict, worst
from ..measure.report import Report

_REMEDIES = {
    Remedy.ACCEPT: "accept it",
    Remedy.CREATE: "store it",
    Remedy.ALL_CLIPS: "on all clips",
    Remedy.LONGER: "for longer",
    Remedy.STARTS: "more starts",
    Remedy.ROUNDS: "more rounds",
}

_WORDS = {"latency_ratio": "time", "latency_p90_ratio": "p90", "start_ratio": "start", "answer_ratio": "file"}
"""Metrics in the table's column of verdicts."""


def timed(verdict: Verdict) -> bool:
    """Is it about time?"""
    metric = metric_of(verdict.metric)
    return metric is not None and metric.rule in ("timed", "tail", "started", "answered")


def relative(verdict: Verdict) -> bool:
    """Is its `visible` a rise, relative, as of times and of MACs?"""
    metric = metric_of(verdict.metric)
    return timed(verdict) or (metric is not None and metric.rule in ("by_clip", "dear"))


def standing(result: Result) -> str:
    """The status of a result in a word or two: `new` alone is what nothing is stored of."""
    return standing_of(result.verdicts)


def standing_of(verdicts: Sequence[Verdict]) -> str:
    """Likewise, of all its verdicts."""
    if not verdicts:
        return "unchecked"
    status = worst(verdict.status for verdict in verdicts)
    baseline = [verdict for verdict in verdicts if verdict.rule == "baseline"]
    new = [verdict for verdict in baseline if verdict.status is Status.NEW]
    if status is not Status.NEW or len(new) == len(baseline):
        return str(status)
    first = next(filter(timed, new), new[0]).metric
    return f"{_WORDS.get(first, first)} new"


def label(verdict: Verdict) -> str:
    """The metric, and that it is a budget if it is one."""
    return f"{verdict.metric} (budget)" if verdict.rule == "budget" else verdict.metric


def measured(verdict: Verdict) -> str:
    """The measured value with its interval: `98.28 % [97.10, 98.99]`."""
    value = quantity(verdict.metric, verdict.measured)
    return value if verdict.interval is None else f"{value} {interval(verdict)}"


def interval(verdict: Verdict) -> str:
    """The 95 % interval without its unit; nothing where nothing is uncertain."""
    if verdict.interval is None:
        return ""
    low, high = (quantity(verdict.metric, end).partition(" ")[0] for end in verdict.interval)
    return f"[{low}, {high}]"


def numbers(verdict: Verdict) -> list[str]:
    """What was measured, what is stored and where the limit lies, as far as there is any."""
    parts = ["measured nothing" if verdict.measured is None else f"measured {measured(verdict)}"]
    if verdict.stored is not None:
        parts.append(f"stored {quantity(verdict.metric, verdict.stored)}")
    if verdict.limit is not None:
        parts.append(f"limit {quantity(verdict.metric, verdict.limit)}")
    return parts


def could_have_seen(verdict: Verdict) -> str:
    """The smallest regression that would most likely have failed; nothing where one unit more does."""
    if verdict.visible is None:
        return ""
    return rise(verdict.visible) if relative(verdict) else drop(verdict.visible)


def sensitivity(verdict: Verdict) -> str:
    """What could have been seen, or what is ruled out where less than all the time was enough; empty for neither."""
    if verdict.ruled_out is not None:
        return f"rules out {rise(verdict.ruled_out)}"
    seen = could_have_seen(verdict)
    return f"could have seen {seen}" if seen else ""


def drop(share: float) -> str:
    """A share of clips lost, in points; infinite is more than there are."""
    return f"a drop of {100 * share:.1f} points" if math.isfinite(share) else "no drop at all"


_TENFOLD = 9.0


def rise(relative: float) -> str:
    """A relative increase, in percent; who sees none below the tenfold sees none at all."""
    return f"{100 * relative:+.1f} %" if relative < _TENFOLD else "no rise at all"


def clips(reports: Sequence[Report]) -> str:
    """How many clips counted, and of how many if these are fewer: `176 to 640 of 640 clips`."""
    fewest, most = (pick(report.clips for report in reports) for pick in (min, max))
    available = max(report.identity.sample for report in reports)
    taken = f"{most}" if fewest == most else f"{fewest} to {most}"
    return f"{taken} of {count(available, 'clip')}" if fewest < available else count(most, "clip")


def failures_kept(folders: Collection[str]) -> str:
    """What shows the failures that `--vc-bundle` wrote folders of; empty for none."""
    if not folders:
        return ""
    directory = shlex.quote(str(PurePath(min(folders)).parent))
    return f"{count(len(folders), 'failure')} kept for another machine: vidcompress show {directory}"


def count(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def sentence(verdict: Verdict) -> str:
    """Everything about a verdict but its metric, on one line."""
    parts = numbers(verdict)
    if verdict.evidence:
        parts.append(f"evidence {verdict.evidence}")
    parts += filter(None, [sensitivity(verdict)])
    return f"{verdict.status}: {', '.join(parts)}"


def remedies(bad: Iterable[Verdict]) -> list[tuple[str, Remedy]]:
    """What settles verdicts that did not pass: in a word or two, and as an option."""
    wanted = {verdict.remedy for verdict in bad}
    if Remedy.ACCEPT in wanted:
        # It stores what is missing too.
        wanted.discard(Remedy.CREATE)
    return [(what, remedy) for remedy, what in _REMEDIES.items() if remedy in wanted]


def commands(nodeids: Sequence[str], options: str, bad: Iterable[Verdict]) -> Iterator[tuple[str, str]]:
    """What to type to see tests again, and to settle what can be settled.

    Args:
        nodeids: the tests as pytest prints them.
        options: what else must be typed to run them the same way.
        bad: their verdicts that did not pass.
    """
    command = " ".join(part for part in ("pytest", *map(shlex.quote, nodeids), options.strip()) if part)
    yield "see it again", command
    for what, remedy in remedies(bad):
        yield what, f"{command} {remedy}"
