from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.gate.baseline import Paired, Stored, StoredTiming, as_mask, from_mask, paired
from tests.gate.reports import report


@given(st.lists(st.booleans(), max_size=300))
def test_mask_round_trip(outcomes: list[bool]) -> None:
    assert from_mask(as_mask(outcomes), len(outcomes)) == tuple(outcomes)


def test_mask_is_readable() -> None:
    assert as_mask([True, False, False, False, True]) == "88"


@pytest.mark.parametrize(("mask", "clips"), [("88", 4), ("8", 5), ("g", 4), ("", 1)])
def test_mask_of_another_length(mask: str, clips: int) -> None:
    with pytest.raises(ValueError):
        from_mask(mask, clips)


def test_paired_by_id_not_by_place() -> None:
    stored = Stored.of(report([True, True, False], ["a", "b", "c"]))
    assert paired(stored, report([True, False, True], ["c", "a", "d"])) == Paired(2, 1, 1, 1)
    assert paired(stored, report([True], ["x"])).drop == 0


def test_limit_is_above_the_slowest_run() -> None:
    timing = StoredTiming(runs=(0.8, 1.0, 0.9))
    assert timing.latency_ratio == 0.9
    assert timing.latency_limit(0.1) == pytest.approx(1.1)
    assert StoredTiming().latency_ratio is None
