"""Why variants are new or inconclusive, and what to type next; what several variants share is said once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from ...gate.verdict import Result, Status, Verdict
from ..outcome import Outcome
from ..text_table import list_within, paragraph, shorten
from ..width import WIDTH
from ..wording import commands, count, label, numbers, remedies, standing
from .table import Line

MOST_TESTS = 3
"""Tests that a command names; for more, it is the command of the whole run."""

LONGEST_NAME = 60
"""Characters of a variant behind a reason."""
Reasons = tuple[tuple[str, str], ...]
"""Metrics and why."""


def reason_lines(outcome: Outcome, width: int = WIDTH, by_variant: bool = True) -> list[Line]:
    """A block for all variants of one standing and the same reasons, the worst first.

    What failed has said so where it failed.

    Args:
        by_variant: else one block for all variants of one standing, where each reason says whose it is.
    """
    groups: dict[tuple[Status, str, Reasons], list[Result]] = {}
    for result in sorted(outcome.results, key=lambda result: result.status.rank):
        if result.verdicts and result.status in (Status.INCONCLUSIVE, Status.NEW):
            reasons = tuple(_reasons(result)) if by_variant else ()
            groups.setdefault((result.status, standing(result), reasons), []).append(result)
    lines: list[Line] = []
    for (status, word, reasons), results in groups.items():
        lines += [Line("")] * bool(lines)
        said = reasons or tuple(_shared_reasons(results))
        lines += [Line(text, status) for text in _block(word, said, results, outcome, width)]
    return lines


def _shared_reasons(results: Sequence[Result]) -> Iterator[tuple[str, str]]:
    """As `_reasons`, of several variants: behind a reason that not all of them have stands whose it is."""
    whose: dict[str, dict[str, set[str]]] = {}
    for result in results:
        for verdict in _open(result):
            metrics = whose.setdefault(verdict.reason, {})
            metrics.setdefault(label(verdict), set()).add(result.report.name)
    several = len({result.report.name for result in results})
    for reason, metrics in whose.items():
        yield ", ".join(metrics), reason + _whose(set[str]().union(*metrics.values()), several)


def _whose(names: Collection[str], several: int) -> str:
    """Nothing where all of them have it."""
    if len(names) == several:
        return ""
    return f" ({shorten(min(names), LONGEST_NAME) if len(names) == 1 else count(len(names), 'variant')})"


def _block(
    word: str, reasons: Reasons, results: Sequence[Result], outcome: Outcome, width: int
) -> Iterator[str]:
    several = len({result.report.model for result in outcome.results}) > 1
    reports = [result.report for result in results]
    names = list(dict.fromkeys(f"{r.name} of {r.model}" if several else r.name for r in reports))
    start = f"{word}, {count(len(names), 'variant')}: "
    yield start + list_within(names, width - len(start))
    for metric, reason in reasons:
        yield from paragraph(f"{metric}: {reason}", width, "  ", "    ")
    if len(results) == 1:
        yield from _doubts(results[0], width)
    for what, command in _next(results, outcome):
        # To be copied: the terminal may break it, we may not.
        yield f"  {what}: {command}"


def _doubts(result: Result, width: int) -> Iterator[str]:
    """The numbers that were not enough; of what is new the table has them."""
    for verdict in _open(result):
        if verdict.status is Status.INCONCLUSIVE and verdict.measured is not None:
            text = ", ".join([*numbers(verdict), *([verdict.evidence] if verdict.evidence else [])])
            yield from paragraph(f"{label(verdict)}: {text}", width, "  ", "    ")


def _open(result: Result) -> list[Verdict]:
    """The verdicts that are not decided: of what is inconclusive in time, the rest may be new."""
    return [each for each in result.verdicts if each.status in (Status.INCONCLUSIVE, Status.NEW)]


def _reasons(result: Result) -> Iterator[tuple[str, str]]:
    """Metrics that share a reason stand before it together."""
    by_reason: dict[str, list[str]] = {}
    for verdict in _open(result):
        by_reason.setdefault(verdict.reason, []).append(label(verdict))
    for reason, metrics in by_reason.items():
        yield ", ".join(metrics), reason


def _next(results: Sequence[Result], outcome: Outcome) -> list[tuple[str, str]]:
    """What settles it; where nothing does, to see it again."""
    tests = list(dict.fromkeys(result.nodeid or result.report.test for result in results))
    bad = [verdict for result in results for verdict in _open(result)]
    again, *settled = commands(tests, outcome.options, bad)
    if len(tests) > MOST_TESTS:
        again = (again[0], outcome.command)
        settled = [(what, f"{outcome.command} {remedy}") for what, remedy in remedies(bad)]
    # Of what is new and needs no option, nothing is in doubt.
    return settled or [again] * any(verdict.status is not Status.NEW for verdict in bad)
