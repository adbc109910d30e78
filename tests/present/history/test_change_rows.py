"""What is told of changes, and in which order."""

from __future__ import annotations

from typing import Any

from pytest_vidcompress.gate.history.series import Key, Mark, Observation, Series
from pytest_vidcompress.gate.history.trends import Change, Trend
from pytest_vidcompress.present.history.change_rows import change_rows, how_text, rise_text

NAMES = [f"c{place:07d}" for place in range(20)]


def series(variant: str = "fp16", metric: str = "latency_ratio") -> Series:
    return Series(Key("pocket", "videomae", "trained", variant, metric, "amd"), [Observation(0, 0.5)])


def change(rise: float = 0.06, first: int = 5, last: int | None = None, **more: Any) -> Change:
    end = first if last is None else last
    kind = "step" if end == first else "drift"
    return Change(kind, first, end, first, end, 1.0, 1 + rise, rise, rise > 0, **more)


def test_what_got_worse_unseen_comes_first_and_what_got_better_last() -> None:
    mark = Mark(5, "accept", 1.0, 1.3)
    changes = [
        change(-0.5),
        change(0.3, 6, mark=mark),
        change(0.9, 7, was_seen=True),
        change(0.02, 8, was_seen=False),
    ]
    rows = change_rows([Trend(series(), changes, 1, 1)])
    assert [row.change.rise for row in rows] == [0.02, 0.9, 0.3, -0.5]
    assert [row.is_unseen for row in rows] == [True, False, False, False]


def test_alike_changes_of_many_variants_are_one_row_of_the_largest() -> None:
    trends = [
        Trend(series(name), [change(rise)], 1, 1) for name, rise in (("a", 0.1), ("b", 0.3), ("c", 0.2))
    ]
    (row,) = change_rows(trends)
    assert (row.trend.series.key.variant, row.others) == ("b", 2)
    assert len(change_rows([*trends, Trend(series("d"), [change(-0.1)], 1, 1)])) == 2


def test_rises_are_percents_or_points() -> None:
    assert rise_text(series(), 0.0612) == "+6.12 %"
    assert rise_text(series(metric="top1"), -0.0047) == "-0.47 points"
    assert rise_text(series(metric="kl"), 0.5) == "+0.5"


def test_what_became_of_it_is_said() -> None:
    assert how_text(change(), NAMES) == "nothing was held to anything then"
    assert how_text(change(was_seen=False), NAMES) == "no run saw it"
    assert how_text(change(was_seen=True), NAMES) == "a run was beyond its limit"
    assert how_text(change(mark=Mark(5, "accept", 1, 2)), NAMES) == ""
    assert how_text(change(mark=Mark(9, "accept", 1, 2)), NAMES) == "accepted by c0000009"
    wide = Change("step", 5, 5, 3, 8, 1.0, 0.9, -0.1, False, speed=0.25)
    assert how_text(wide, NAMES) == (
        "the machine's speed may explain it: its reference took +25%; surely c0000003 to c0000008"
    )
