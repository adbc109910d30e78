from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.gate.baseline.json_shape import (
    as_mask,
    from_mask,
    stored_document,
    stored_entries,
    stored_numbers_of,
    timing_entries,
)
from pytest_vidcompress.gate.baseline.stored import Stored
from pytest_vidcompress.untrusted import Malformed
from tests.gate.reports import ranked, report, searching


@given(st.lists(st.booleans(), max_size=300))
def test_mask_round_trip(outcomes: list[bool]) -> None:
    assert from_mask(as_mask(outcomes), len(outcomes)) == tuple(outcomes)


def test_mask_is_readable() -> None:
    assert as_mask([True, False, False, False, True]) == "88"


@pytest.mark.parametrize(("mask", "clips"), [("88", 4), ("8", 5), ("g", 4), ("", 1)])
def test_mask_of_another_length(mask: str, clips: int) -> None:
    with pytest.raises(ValueError):
        from_mask(mask, clips)


@pytest.mark.parametrize("mask", ["٣", "-1", "0x", "8 "])
def test_a_mask_of_other_digits_is_refused(mask: str) -> None:
    with pytest.raises(Malformed):
        from_mask(mask, 4 * len(mask))


def entry(**fields: Any) -> dict[str, Any]:
    return {"variants": {"a": {"top1": 1, "outcomes": "", **fields}}}


@pytest.mark.parametrize(
    "fields",
    [
        {"top1": 1.01},
        {"top1": -0.01},
        {"top1": True},
        {"sparsity": float("nan")},
        {"sparsity": -0.5},
        {"agreement": "1"},
        {"kl": float("inf")},
        {"kl": -1},
        {"size_bytes": 0.5},
        {"size_bytes": -1},
        {"size_bytes": 10**400},
        {"macs": [1]},
        {"tensor_bytes": "all"},
        {"test": 3},
        {"outcomes": None},
        {"clips": ["a"]},
    ],
)
def test_a_number_that_its_metric_cannot_be_is_refused_by_its_name(fields: dict[str, Any]) -> None:
    name = next(iter(fields))
    with pytest.raises(Malformed, match=f"^{name}: expected"):
        stored_entries(entry(**fields))
    if name != "test":
        with pytest.raises(Malformed, match=f"^{name}: expected"):
            stored_numbers_of(entry(**fields))


@given(st.lists(st.booleans(), min_size=1, max_size=9), st.floats(0, 1), st.integers(0, 10**9))
def test_the_numbers_alone_are_those_of_whole_entries(
    outcomes: list[bool], sparsity: float, size: int
) -> None:
    entries = {
        "one": Stored.of(report(tuple(outcomes), size_bytes=size)),
        "other": Stored.of(report((True,) * 3, sparsity=sparsity)),
    }
    document = stored_document(entries)
    whole = {name: each.numbers for name, each in stored_entries(document).items()}
    assert stored_numbers_of(document) == whole


@pytest.mark.parametrize(("mask", "clips"), [("f", "a b c d e"), ("x", "a b"), ("ff", "a")])
def test_nor_are_they_read_where_outcomes_fit_no_clips(mask: str, clips: str) -> None:
    for read in (stored_entries, stored_numbers_of):
        with pytest.raises(Malformed, match="outcomes"):
            read(entry(outcomes=mask, clips=clips))


def test_what_is_not_known_is_left_alone() -> None:
    (stored,) = stored_entries(entry(macs=None, sparsity=0, flops=[])).values()
    assert stored.numbers == {"top1": 1, "sparsity": 0}


def test_what_clips_contribute_is_a_line_of_hundredths() -> None:
    stored = Stored.of(ranked(report((True,) * 3), (0.8712, -0.0249, 1.5), (0.5, 0.25, 0.125)))
    document = stored_document({"a": stored})
    written = document["variants"]["a"]
    assert (written["gap_by_clip"], written["mean_ap_by_clip"]) == ("87 -2 150", "50 25 12")
    assert written["gap"] == pytest.approx((0.8712 - 0.0249 + 1.5) / 3, rel=1e-5)
    (read,) = stored_entries(document).values()
    assert read.by_clip == stored.by_clip == {"gap": (0.87, -0.02, 1.5), "mean_ap": (0.5, 0.25, 0.12)}
    plain = stored_document({"a": Stored.of(report((True,) * 3))})["variants"]["a"]
    assert not any("gap" in name or "mean_ap" in name for name in plain), "clips of one label have no line"


def test_what_clips_find_is_a_line_too_and_a_point_is_a_clip_that_says_nothing() -> None:
    stored = Stored.of(searching(report((True,) * 3), (1.0, math.nan, 0.0)))
    document = stored_document({"a": stored})
    assert document["variants"]["a"]["recall_at_1_by_clip"] == "100 . 0"
    (read,) = stored_entries(document).values()
    assert read.searched.keys() == stored.searched.keys()
    assert [str(each) for each in read.searched["recall_at_1"]] == ["1.0", "nan", "0.0"]
    assert read.by_clip == {}
    assert read.numbers["recall_at_1"] == 0.5
    plain = stored_document({"a": Stored.of(report((True,) * 3))})["variants"]["a"]
    assert not any("recall" in name for name in plain)


@pytest.mark.parametrize(
    "line", ["1 2", "1 2 3 4", "1 2 x", "1 . 2", "1 2 0.5", "1 2 nan", "", f"1 2 {10**13}", 7]
)
def test_what_clips_cannot_contribute_is_refused_by_its_name(line: object) -> None:
    with pytest.raises(Malformed, match=r"^gap_by_clip"):
        stored_entries(entry(clips="a b c", outcomes="e", gap_by_clip=line))


def timings(**fields: Any) -> dict[str, Any]:
    return {"variants": {"a": fields}}


@pytest.mark.parametrize(
    ("field", "line"),
    [
        ("runs", "0"),
        ("runs", "-1"),
        ("runs", "nan"),
        ("runs", "1 inf"),
        ("runs", "1e400"),
        ("runs", "fast"),
        ("runs", "1 " * 2000),
        ("runs", [1.0]),
        ("screens", "0"),
        ("spreads", "-0.1"),
        ("spreads", "nan"),
        ("controls", "inf"),
        ("peak_memory_bytes", -1),
        ("peak_memory_bytes", 1.5),
    ],
)
def test_no_run_can_be_so(field: str, line: object) -> None:
    with pytest.raises(Malformed, match=f"^{field}"):
        timing_entries(timings(**{field: line}))


def test_blocks_that_agree_have_no_spread() -> None:
    (timing,) = timing_entries(timings(runs="1 1.5", spreads="0 0")).values()
    assert (timing.runs, timing.spreads) == ((1, 1.5), (0, 0))
