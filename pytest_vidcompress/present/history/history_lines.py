"""What changed in a history, on the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from ...gate.history.trends import Trend
from ..printable import printable
from ..text_table import columns_within, paragraph
from ..width import WIDTH
from ..wording import count
from .change_rows import DEEDS, ChangeRow, change_rows, how_text, rise_text, source_text

MOST_ROWS = 24
"""Of changes, unless all are asked for."""
_MOST_COMMITS = 12
_MOST_FAULTS = 5
_SHORT = 8
"""Digits of a commit."""


def history_lines(
    commits: Sequence[tuple[str, int, str]],
    trends: Sequence[Trend],
    faults: Sequence[tuple[str, str]] = (),
    width: int = WIDTH,
    most: int = MOST_ROWS,
) -> Iterator[str]:
    """The worst first, and below it the commits by name.

    Args:
        commits: hash, time in seconds since 1970 and subject, the oldest first.
        faults: what was left out, and why.
        most: rows at most.
    """
    rows, names = change_rows(trends), [sha[:_SHORT] for sha, _, _ in commits]
    noisy = sum(each.series.key.is_noisy for each in trends)
    yield (
        f"{count(len(commits), 'commit')} to {names[-1]}: {len(trends)} series,"
        f" {noisy} of them of what differs from run to run"
    )
    if not rows:
        yield "nothing changed"
    for title, some in _titled(rows[:most]):
        yield ""
        yield title
        yield from _table(some, names, width)
    if len(rows) > most:
        yield f"and {count(len(rows) - most, 'more change')}: --all shows them, -o FILE.html draws them"
    yield from _of_commits(rows[:most], commits, width)
    yield from _of_faults(faults, width)


def _titled(rows: Sequence[ChangeRow]) -> Iterator[tuple[str, Sequence[ChangeRow]]]:
    kinds = {
        "worse, and no run saw it:": [each for each in rows if each.is_unseen],
        "worse:": [each for each in rows if each.change.is_worse and not each.is_unseen],
        "better:": [each for each in rows if not each.change.is_worse],
    }
    return ((title, some) for title, some in kinds.items() if some)


def _table(rows: Sequence[ChangeRow], names: Sequence[str], width: int) -> list[str]:
    header = ("variant", "metric", "change", "as", "commit", "since anchor")
    cells = [
        (
            _who(each),
            each.trend.series.key.metric,
            rise_text(each.trend.series, each.change.rise),
            f"{each.change.kind}, {DEEDS[each.change.mark.deed]}" if each.change.mark else each.change.kind,
            _commits(each, names),
            rise_text(each.trend.series, each.trend.since_anchor),
        )
        for each in rows
    ]
    table = columns_within(header, cells, (2, 5), width)
    lines = table[:2]
    for row, line in zip(rows, table[2:], strict=True):
        lines.append(line)
        notes = "; ".join(filter(None, (source_text(row.trend.series), how_text(row.change, names))))
        lines += paragraph(notes, width, "    ", "    ") if notes else []
    return lines


def _who(row: ChangeRow) -> str:
    more = f" and {row.others} more" if row.others else ""
    return f"{row.trend.series.key.model} {row.trend.series.key.variant}{more}"


def _commits(row: ChangeRow, names: Sequence[str]) -> str:
    first, last = names[row.change.first], names[row.change.last]
    return first if first == last else f"{first}..{last}"


def _of_commits(
    rows: Sequence[ChangeRow], commits: Sequence[tuple[str, int, str]], width: int
) -> Iterator[str]:
    places = list(dict.fromkeys(end for each in rows for end in (each.change.first, each.change.last)))
    if places:
        yield ""
        yield "commits:"
    for place in sorted(places[:_MOST_COMMITS]):
        sha, seconds, subject = commits[place]
        day = datetime.fromtimestamp(seconds, UTC).date().isoformat()
        yield from paragraph(f"{sha[:_SHORT]} {day} {subject}", width, "  ", "    ")
    if len(places) > _MOST_COMMITS:
        yield f"  and {len(places) - _MOST_COMMITS} more"


def _of_faults(faults: Sequence[tuple[str, str]], width: int) -> Iterator[str]:
    if faults:
        yield ""
        yield f"left out: {count(len(faults), 'file')}"
    for what, why in faults[:_MOST_FAULTS]:
        yield from paragraph(f"{printable(what)}: {why}", width, "  ", "    ")
    if len(faults) > _MOST_FAULTS:
        yield f"  and {len(faults) - _MOST_FAULTS} more"
