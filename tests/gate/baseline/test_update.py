from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.gate.baseline.stored import Stored, StoredTiming
from pytest_vidcompress.gate.baseline.update import Mode, update
from pytest_vidcompress.gate.baseline.update_timings import CREATED_RUNS, update_timings
from pytest_vidcompress.gate.budget import Margins
from pytest_vidcompress.gate.latency.level import ENOUGH_RUNS
from pytest_vidcompress.measure.by_clip.shown_clips import ShownClips
from pytest_vidcompress.measure.interval import Estimate
from pytest_vidcompress.measure.report import Report
from tests.gate.reports import changed, confirmation, pair_times, ranked, report, searching
from tests.measure.by_clip.costs import uneven

BASE = report()
EXISTING = {BASE.name: Stored.of(BASE)}
MODES: tuple[Mode, ...] = ("create", "accept", "tighten")


def stored_with(**numbers: float | None) -> Stored:
    """The entry with other numbers; None takes one out."""
    changed = {**EXISTING[BASE.name].numbers, **numbers}
    return replace(EXISTING[BASE.name], numbers={name: n for name, n in changed.items() if n is not None})


numbers = st.none() | st.integers(0, 5)


@pytest.mark.parametrize(("mode", "added"), [("create", True), ("accept", True), ("tighten", False)])
def test_missing_entries(mode: Mode, added: bool) -> None:
    content, changes = update(mode, {}, [BASE])
    assert content == (EXISTING if added else {})
    assert [str(change) for change in changes] == (["int8-dynamic: new entry"] if added else [])


@pytest.mark.parametrize("mode", MODES)
def test_the_same_again_changes_nothing(mode: Mode) -> None:
    assert update(mode, EXISTING, [BASE, BASE]) == (EXISTING, ())


@pytest.mark.parametrize(
    ("change", "metric", "mode"),
    [
        ({"size_bytes": 3_000_001}, "size_bytes", "accept"),
        ({"size_bytes": None}, "size_bytes", "accept"),
        ({"size_bytes": 2_999_999}, "size_bytes", "tighten"),
        ({"macs": 1}, "macs", "tighten"),
        ({"sparsity": 0.1}, "sparsity", "accept"),
        ({"sparsity": 0.3}, "sparsity", "tighten"),
        ({"outcomes": (True,) * 89 + (False,) * 11}, "top1", "accept"),
        ({"outcomes": (True,) * 91 + (False,) * 9}, "top1", "tighten"),
        ({"agreement": Estimate(0.9)}, "top1", "accept"),
        ({"agreement": Estimate(0.96)}, "top1", "tighten"),
        ({"ids": [f"other{i}" for i in range(100)]}, "top1", "accept"),
    ],
)
def test_who_takes_what_over(change: dict[str, Any], metric: str, mode: Mode) -> None:
    now = report(**change)
    for other in MODES:
        content, changes = update(other, EXISTING, [now])
        assert [c.metric for c in changes] == ([metric] if other == mode else [])
        assert content == ({now.name: Stored.of(now)} if other == mode else EXISTING)


UNEVEN = uneven([100, 200, 300, 400])
DEARER, CHEAPER = uneven([100, 200, 300, 500]), uneven([100, 200, 300, 300])


@pytest.mark.parametrize(
    ("then", "now", "mode"),
    [
        (UNEVEN, UNEVEN, None),
        # The same mean of other clips: which they are is not what is held.
        (UNEVEN, uneven([200, 100, 300, 400]), None),
        (UNEVEN, DEARER, "accept"),
        (UNEVEN, CHEAPER, "tighten"),
        # A lower mean, and a higher p95.
        (UNEVEN, uneven([100, 100, 100, 500]), "accept"),
        (changed(UNEVEN, macs_by_clip=(), shown=ShownClips(), weights=""), UNEVEN, "create"),
        (UNEVEN, changed(UNEVEN, macs=None, macs_by_clip=(), shown=ShownClips(), weights=""), "accept"),
        (UNEVEN, changed(UNEVEN, macs=200, macs_by_clip=(), shown=ShownClips(), weights=""), "tighten"),
    ],
)
def test_work_that_depends_on_the_clip_is_taken_over_as_a_whole(
    then: Report, now: Report, mode: Mode | None
) -> None:
    before = {then.name: Stored.of(then)}
    for other in MODES:
        content, changes = update(other, before, [now])
        takes_it = other == mode or (mode == "create" and other == "accept")
        assert [c.metric for c in changes] == (["macs"] if takes_it else [])
        assert content == ({now.name: Stored.of(now)} if takes_it else before)


def test_tightening_forgets_no_clip_that_was_counted() -> None:
    before = {UNEVEN.name: Stored.of(UNEVEN)}
    fewer = changed(CHEAPER, macs_by_clip=(100, 200, 200), macs=167, shown=UNEVEN.cost.shown.first(3))
    assert update("tighten", before, [fewer]) == (before, ())


def test_work_on_another_sample_is_taken_over_with_its_outcomes() -> None:
    before = {UNEVEN.name: Stored.of(UNEVEN)}
    ids = ("clip0", "other1", "other2", "other3")
    other = changed(UNEVEN, clip_ids=ids, shown=replace(UNEVEN.cost.shown, ids=ids))
    # One clip of four is known, and costs what it did.
    assert update("accept", before, [other])[0] == {other.name: Stored.of(other)}
    fixed = changed(other, macs=50, macs_by_clip=(), shown=ShownClips(), weights="")
    assert update("tighten", before, [fixed]) == (before, ())


MARKS = tuple(f"{place:06x}" for place in range(100))
KNOWN = {
    "protocol": "16x4, 1x1 views",
    "protocol_details": "stride, 224 of 224 px",
    "clips_digest": "0123456789abcdef",
    "contents": MARKS,
}


@pytest.mark.parametrize(
    "change",
    [
        {"protocol": "16x4, 5x3 views"},
        {"protocol_details": "stride, 224 of 320 px"},
        {"contents": ("ffffff", *MARKS[1:]), "clips_digest": "fedcba9876543210"},
        {"contents": ("ffffff",) * 100, "clips_digest": "fedcba9876543210"},
    ],
)
def test_only_accept_takes_what_cannot_be_compared(change: dict[str, Any]) -> None:
    existing = {BASE.name: Stored.of(report(**KNOWN))}
    # Better on every clip; but of what?
    now = report((True,) * 100, **{**KNOWN, **change})
    for mode in MODES:
        content, _ = update(mode, existing, [now])
        assert content == ({now.name: Stored.of(now)} if mode == "accept" else existing)


def test_what_was_measured_on_is_added_to_an_entry_of_before_where_nothing_else_changed() -> None:
    now = report(**KNOWN)
    for mode in MODES:
        content, changes = update(mode, EXISTING, [now])
        assert content == (EXISTING if mode == "tighten" else {now.name: Stored.of(now)})
        assert [str(each) for each in changes] == (
            [] if mode == "tighten" else ["int8-dynamic: clips_digest 0123456789abcdef, new"]
        )
    one_off = report((False, *BASE.accuracy.outcomes[1:-1], True), **KNOWN)
    assert update("create", EXISTING, [one_off])[0] == EXISTING


def test_rounding_is_no_change() -> None:
    stored = {BASE.name: stored_with(sparsity=0.333333, agreement=0.666667)}
    now = report(sparsity=1 / 3, agreement=Estimate(2 / 3))
    assert all(update(mode, stored, [now])[1] == () for mode in MODES)


def test_fewer_clips_do_not_tighten() -> None:
    few = report((True,) * 95, [f"clip{i}" for i in range(95)])
    assert update("tighten", EXISTING, [few])[1] == ()


def test_missing_metric_is_created() -> None:
    stored = {BASE.name: stored_with(macs=None)}
    content, (change,) = update("create", stored, [BASE])
    assert content == EXISTING
    assert str(change) == "int8-dynamic: macs 1,500,000,000, new"


def test_change_is_a_line() -> None:
    (change,) = update("accept", EXISTING, [report(size_bytes=3_000_001)])[1]
    assert str(change) == "int8-dynamic: size_bytes 3,000,000 -> 3,000,001"


def test_moved_test_is_noted_unless_two_measure_it() -> None:
    moved = report(test="b.py::t")
    assert update("create", EXISTING, [moved])[0][BASE.name].test == "b.py::t"
    assert update("create", EXISTING, [BASE, moved]) == (EXISTING, ())


@given(numbers, numbers, st.integers(0, 100), st.integers(0, 100))
def test_modes_part_the_changes(size: int | None, then: int | None, right: int, before: int) -> None:
    now = report((True,) * right + (False,) * (100 - right), size_bytes=size)
    old = {now.name: Stored.of(report((True,) * before + (False,) * (100 - before), size_bytes=then))}
    created, accepted, tightened = (update(mode, old, [now])[1] for mode in MODES)
    assert set(created) <= set(accepted)
    assert not set(accepted) & set(tightened)
    # Accepting and then tightening is taking everything over.
    content, _ = update("tighten", update("accept", old, [now])[0], [now])
    assert content == {now.name: Stored.of(now)}


def timing(*runs: float, memory: int = 10_000_000) -> dict[str, StoredTiming]:
    return {BASE.name: StoredTiming(test=BASE.test, runs=runs, numbers={"peak_memory_bytes": memory})}


@pytest.mark.parametrize(
    ("mode", "runs", "now", "after"),
    [
        ("create", (), 1.0, (1.0,)),
        ("create", (1.0,), 0.97, (1.0, 0.97)),
        ("create", (1.0,), 0.5, (1.0,)),
        ("create", (1.0, 1.0), 1.05, (1.0, 1.0, 1.05)),
        ("create", (1.0,), 1.2, (1.0,)),
        ("create", (1.0,) * (CREATED_RUNS - 1), 1.0, (1.0,) * CREATED_RUNS),
        ("create", (1.0,) * CREATED_RUNS, 1.0, (1.0,) * CREATED_RUNS),
        ("accept", (0.9, 1.0), 1.2, (1.2,)),
        ("accept", (0.9, 1.0), 1.04, (0.9, 1.0)),
        ("accept", (0.9, 1.0), 0.5, (0.9, 1.0)),
        ("tighten", (0.9, 1.0), 0.5, (0.5,)),
        ("tighten", (0.9, 1.0), 0.89, (0.9, 1.0)),
        ("tighten", (), 0.5, ()),
    ],
)
def test_runs(mode: Mode, runs: tuple[float, ...], now: float, after: tuple[float, ...]) -> None:
    content, changes = update_timings(mode, timing(*runs), [report(latency_ratio=Estimate(now))])
    assert content[BASE.name].runs == after
    assert bool(changes) == (runs != after)


def test_created_runs_are_enough_to_hold_to() -> None:
    assert CREATED_RUNS >= ENOUGH_RUNS


def test_what_blocks_showed_is_stored_with_the_run() -> None:
    now = report(confirmed=confirmation(-0.1, turns=12))
    run = StoredTiming.of(now)
    content, _ = update_timings("create", timing(0.9), [now])
    stored = content[BASE.name]
    assert (stored.runs, stored.spreads, stored.controls) == ((0.9, *run.runs), run.spreads, run.controls)
    assert now.latency_ratio is not None
    assert stored.screens == (float(now.latency_ratio),)
    accepted, _ = update_timings("accept", timing(0.5), [now])
    assert accepted[BASE.name].spreads == run.spreads


def test_the_margin_decides_what_is_worse() -> None:
    now = [report(latency_ratio=Estimate(1.2))]
    assert update_timings("accept", timing(1.0), now, Margins(latency=0.3))[1] == ()
    assert update_timings("accept", timing(1.0), now, Margins(latency=0.1))[1] != ()


def test_timing_switched_off_forgets_nothing() -> None:
    off = report(log_ratios=(), latency=None, peak_memory_bytes=None)
    for mode in MODES:
        assert update_timings(mode, timing(1.0), [off]) == (timing(1.0), ())
        assert update_timings(mode, {}, [off]) == ({}, ())


def test_memory() -> None:
    now = report(log_ratios=(), peak_memory_bytes=11_000_000)
    assert update_timings("accept", timing(1.0), [now])[0] == timing(1.0, memory=11_000_000)
    assert update_timings("tighten", timing(1.0), [now])[1] == ()


def test_a_lost_agreement_is_worse_though_top1_gained() -> None:
    old = {"int8-dynamic": Stored.of(report(agreements=(True,) * 100))}
    now = report(outcomes=(True,) * 95 + (False,) * 5, agreements=(True,) * 90 + (False,) * 10)
    assert update("tighten", old, [now])[0] == old
    assert update("accept", old, [now])[0]["int8-dynamic"].agreements == now.accuracy.agreements


def tailed(*p90s: float) -> dict[str, StoredTiming]:
    entry = timing(1.0)[BASE.name]
    return {BASE.name: replace(entry, p90s=p90s, p95s=p90s, reference_p95s=(1.1,) * len(p90s))}


@pytest.mark.parametrize(
    ("mode", "p90s", "now", "after"),
    [
        ("create", (), 1.0, 1),
        ("create", (1.0,), 1.0, 2),
        ("create", (1.0,), 1.5, 1),
        ("create", (1.0,) * CREATED_RUNS, 1.0, CREATED_RUNS),
        ("accept", (1.0, 1.0), 1.0, 2),
        ("accept", (1.0, 1.0), 1.5, 1),
        ("accept", (), 1.0, 1),
        ("tighten", (1.0, 1.0), 1.0, 2),
        ("tighten", (1.0, 1.0), 0.5, 1),
        ("tighten", (), 1.0, 0),
    ],
)
def test_runs_of_slower_calls(mode: Mode, p90s: tuple[float, ...], now: float, after: int) -> None:
    made = report(calls=pair_times(60, ratio=now), log_ratios=())
    stored = update_timings(mode, tailed(*p90s), [made])[0][BASE.name]
    assert len(stored.p90s) == len(stored.p95s) == len(stored.reference_p95s) == after
    if stored.p90s != p90s:
        assert stored.p90s[-1] == pytest.approx(now, rel=0.05)


def test_slower_calls_of_a_disturbed_machine_are_not_created() -> None:
    made = report(calls=pair_times(60, noise=0.3), log_ratios=())
    assert update_timings("create", tailed(), [made])[0][BASE.name].p90s == ()
    assert update_timings("create", {}, [report(calls=pair_times(60, noise=0.3))])[0][BASE.name].p90s == ()


SEVERAL = ranked(BASE)


@pytest.mark.parametrize(
    ("gap", "mean_ap", "metric", "mode"),
    [
        (0.79, 0.6, "gap", "accept"),
        (0.81, 0.6, "gap", "tighten"),
        (0.8, 0.61, "mean_ap", "tighten"),
        # One that got worse is none that got better.
        (0.81, 0.59, "gap", "accept"),
    ],
)
def test_what_is_ranked_moves_with_the_outcomes(gap: float, mean_ap: float, metric: str, mode: Mode) -> None:
    now, existing = ranked(BASE, (gap,) * 100, (mean_ap,) * 100), {BASE.name: Stored.of(SEVERAL)}
    for other in MODES:
        content, changes = update(other, existing, [now])
        assert [c.metric for c in changes] == ([metric] if other == mode else [])
        assert content == ({now.name: Stored.of(now)} if other == mode else existing)


def test_what_an_entry_of_before_does_not_say_of_rankings_is_added_where_all_else_is_the_same() -> None:
    for mode in MODES:
        content, changes = update(mode, EXISTING, [SEVERAL])
        assert content == (EXISTING if mode == "tighten" else {BASE.name: Stored.of(SEVERAL)})
        assert [str(each) for each in changes] == (
            [] if mode == "tighten" else ["int8-dynamic: gap 0.8, new"]
        )
    assert update("create", {BASE.name: Stored.of(SEVERAL)}, [SEVERAL])[1] == ()


SEARCHING = searching(BASE, (1.0, 0.0) * 50)


@pytest.mark.parametrize(
    ("found", "mode"), [((1.0, 0.0) * 49 + (0.0, 0.0), "accept"), ((1.0, 0.0) * 49 + (1.0, 1.0), "tighten")]
)
def test_what_embeddings_find_moves_by_itself(found: tuple[float, ...], mode: Mode) -> None:
    now, existing = searching(BASE, found), {BASE.name: Stored.of(SEARCHING)}
    for other in MODES:
        content, changes = update(other, existing, [now])
        assert [c.metric for c in changes] == (["recall_at_1"] if other == mode else [])
        assert content == ({BASE.name: Stored.of(now)} if other == mode else existing)


def test_a_search_is_added_to_an_entry_and_stays_where_another_test_does_not_search() -> None:
    existing = {BASE.name: Stored.of(BASE)}
    content, changes = update("create", existing, [SEARCHING])
    assert content == {BASE.name: Stored.of(SEARCHING)}
    assert [str(each) for each in changes] == ["int8-dynamic: recall_at_1 0.5, new"]
    for mode in MODES:
        assert update(mode, content, [BASE]) == (content, ())
    # In whatever order the two tests are.
    for reports in ([BASE, SEARCHING], [SEARCHING, BASE]):
        assert update("create", {}, reports)[0] == content


def test_a_search_of_other_clips_is_forgotten_with_these() -> None:
    existing = {BASE.name: Stored.of(SEARCHING)}
    others = report(ids=[f"other{place}" for place in range(100)])
    content, _ = update("accept", existing, [others])
    assert content[BASE.name].searched == {}
    assert "recall_at_1" not in content[BASE.name].numbers
