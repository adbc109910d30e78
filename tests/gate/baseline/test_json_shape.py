from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.gate.baseline.json_shape import as_mask, from_mask, stored_entries, timing_entries
from pytest_vidcompress.untrusted import Malformed


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
    with pytest.raises(Malformed, match=f"^{next(iter(fields))}: expected"):
        stored_entries(entry(**fields))


def test_what_is_not_known_is_left_alone() -> None:
    (stored,) = stored_entries(entry(macs=None, sparsity=0, flops=[])).values()
    assert stored.numbers == {"top1": 1, "sparsity": 0}


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
