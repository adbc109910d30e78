"""A history -> one HTML page: what changed, worst first, and every metric over commits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from ...gate.history.series import Key
from ...gate.history.trends import Trend
from ...gate.metrics import METRICS
from ..history.change_rows import DEEDS, ChangeRow, change_rows, how_text, rise_text, source_text
from ..wording import count
from .figures.over_commits import CommitAxis, over_commits
from .page_blocks import Block, Cell, Folded, Section, Table, Text
from .page_frame import Part, RunOfPage, framed_page

_SHORT = 8
"""Digits of a commit."""


def history_page(
    commits: Sequence[tuple[str, int, str]], trends: Sequence[Trend], faults: Sequence[tuple[str, str]] = ()
) -> str:
    """The HTML.

    Args:
        commits: hash, time in seconds since 1970 and subject, the oldest first.
        faults: what was left out, and why.
    """
    rows = change_rows(trends)
    parts = [Part("The history", [*_of_all(rows, commits, faults)]), *_of_models(trends, commits)]
    verdict, word, status = _verdict(rows)
    about = f"{count(len(commits), 'commit')} to {commits[-1][0][:_SHORT]}, {len(trends)} series."
    shown = RunOfPage("history", verdict, status, "", about, (), (), parts, word)
    return framed_page(f"History: {verdict}", [shown])


def _verdict(rows: Sequence[ChangeRow]) -> tuple[str, str, str]:
    """In a line, in a word, and the status that colours it."""
    unseen, worse = sum(row.is_unseen for row in rows), sum(row.change.is_worse for row in rows)
    taken = sum(row.change.is_worse and row.change.mark is not None for row in rows)
    if unseen:
        return f"{count(unseen, 'change')} for the worse that no run saw", "unseen", "failed"
    if worse:
        which = f", {'all' if taken == worse else taken} taken over" if taken else ""
        return f"{count(worse, 'change')} for the worse{which}", "changed", "inconclusive"
    return "Nothing got worse", "steady", "passed"


def _of_all(
    rows: Sequence[ChangeRow], commits: Sequence[tuple[str, int, str]], faults: Sequence[tuple[str, str]]
) -> Iterator[Section]:
    yield Section("What changed", [_changes(rows, commits)] if rows else [Text("Nothing.")])
    if faults:
        cells = [(Cell(what), Cell(why)) for what, why in faults]
        table = Table("What could not be read", ("file", "why"), cells, words=frozenset({0, 1}))
        yield Section("Left out", [table])


def _changes(rows: Sequence[ChangeRow], commits: Sequence[tuple[str, int, str]]) -> Table:
    names = [sha[:_SHORT] for sha, _, _ in commits]
    header = (
        "variant",
        "model",
        "metric",
        "change",
        "as",
        "first commit",
        "last commit",
        "since the anchor",
        "how",
    )
    return Table(
        "Changes, worst first",
        header,
        [_change(row, names, commits) for row in rows],
        "The fixed anchor is the first commit of each number, or the commit that was named: the last baseline moves"
        " along with what is taken over.",
        words=frozenset({0, 1, 2, 4, 5, 6, 8}),
    )


def _change(
    row: ChangeRow, names: Sequence[str], commits: Sequence[tuple[str, int, str]]
) -> tuple[Cell, ...]:
    series, change = row.trend.series, row.change
    more = f" and {row.others} more" if row.others else ""
    how = "; ".join(filter(None, (source_text(series), how_text(change, names))))
    return (
        Cell(series.key.variant + more),
        Cell(series.key.model),
        Cell(series.key.metric),
        Cell(rise_text(series, change.rise), change.rise, "failed" if change.is_worse else "passed"),
        Cell(f"{change.kind}, {DEEDS[change.mark.deed]}" if change.mark else change.kind),
        Cell(f"{names[change.first]} {commits[change.first][2]}"),
        Cell(names[change.last]),
        Cell(rise_text(series, row.trend.since_anchor), row.trend.since_anchor),
        Cell(how),
    )


def _of_models(trends: Sequence[Trend], commits: Sequence[tuple[str, int, str]]) -> Iterator[Part]:
    def model(trend: Trend) -> tuple[str, str, str]:
        return trend.series.key.clip_set, trend.series.key.model, trend.series.key.weights

    places = {each.place for trend in trends for each in (*trend.series.observations, *trend.series.marks)}
    axis = CommitAxis(sorted(places), commits)
    for (clip_set, name, weights), group in groupby(sorted(trends, key=lambda t: model(t)), key=model):
        suffix = "" if weights == "trained" else f", {weights} weights"
        yield Part(f"{name}, {clip_set}{suffix}", [*_of_metrics([*group], axis)])


def _of_metrics(trends: Sequence[Trend], axis: CommitAxis) -> Iterator[Section]:
    """Metrics in which anything changed, then the others, folded."""
    quiet = list[Block]()
    for (metric, machine), some in _by_metric(trends):
        figure = over_commits(METRICS[metric], machine, some, axis)
        if any(each.changes for each in some):
            yield Section(figure.title, [figure])
        else:
            quiet.append(figure)
    if quiet:
        yield Section("Unchanged", [Folded(f"{count(len(quiet), 'plot')} in which nothing was found", quiet)])


def _by_metric(trends: Sequence[Trend]) -> Iterator[tuple[tuple[str, str], Sequence[Trend]]]:
    order = [*METRICS]

    def place(key: Key) -> tuple[int, str]:
        return order.index(key.metric), key.machine

    ordered = sorted(trends, key=lambda trend: place(trend.series.key))
    for (metric, machine), group in groupby(ordered, key=lambda trend: place(trend.series.key)):
        yield (order[metric], machine), [*group]
