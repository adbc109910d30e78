from __future__ import annotations

from typing import Any

import pytest

from pytest_vidcompress.gate.baseline.clip_costs import ClipCosts, ClipPairs
from pytest_vidcompress.gate.baseline.json_shape import stored_document, stored_entries
from pytest_vidcompress.gate.baseline.stored import Stored
from pytest_vidcompress.measure.cost.cost import Cost
from pytest_vidcompress.untrusted import Malformed
from tests.gate.reports import changed, report
from tests.measure.by_clip.costs import shown, uneven


def test_what_clips_cost_is_a_line_in_their_order() -> None:
    stored = Stored.of(uneven([300, 100, 200]))
    document = stored_document({"a": stored})
    entry = document["variants"]["a"]
    assert (entry["macs_by_clip"], entry["weights"], entry["macs"]) == ("300 100 200", "abc", 200)
    (read,) = stored_entries(document).values()
    assert (
        read.clip_costs == stored.clip_costs == ClipCosts({"clip0": 300, "clip1": 100, "clip2": 200}, "abc")
    )


def test_what_costs_the_same_of_all_has_no_line() -> None:
    document = stored_document({"a": Stored.of(report())})
    assert not {"macs_by_clip", "weights"} & document["variants"]["a"].keys()
    (read,) = stored_entries(document).values()
    assert read.clip_costs == ClipCosts()


def test_clips_that_were_not_counted_leave_a_gap_and_no_end() -> None:
    costs = ClipCosts({"b": 2, "elsewhere": 9})
    clips = ("a", "b", "c", "d")
    assert costs.written(clips) == {"macs_by_clip": "- 2"}
    assert ClipCosts.read({"macs_by_clip": "- 2"}, clips) == ClipCosts({"b": 2})
    assert costs.written(("a", "c")) == {}


@pytest.mark.parametrize("line", ["1 2 3 4", "1 x", "-1", "1.5", "٣", f"{2**64}", "9" * 5000, 7])
def test_what_clips_cannot_cost_is_refused_by_its_name(line: object) -> None:
    with pytest.raises(Malformed, match=r"^macs_by_clip"):
        ClipCosts.read({"macs_by_clip": line}, ("a", "b", "c"))


@pytest.mark.parametrize("weights", ["ab g", "a" * 65, 3])
def test_what_is_no_digest_is_refused_by_its_name(weights: object) -> None:
    with pytest.raises(Malformed, match=r"^weights"):
        ClipCosts.read({"macs_by_clip": "1", "weights": weights}, ("a",))


def pairs(stored: dict[str, int], now: Cost, weights: str = "abc") -> ClipPairs | None:
    return ClipPairs.of(ClipCosts(stored, weights), now, frozenset(f"clip{clip}" for clip in range(9)))


def counted(*macs: int, **changes: Any) -> Cost:
    return uneven(macs, **changes).cost


def test_pairs_are_of_the_clips_that_both_counted() -> None:
    found = pairs({"clip0": 100, "clip1": 300, "gone": 5}, counted(110, 310, 500))
    assert found is not None
    assert (found.then, found.now) == ([100, 300], [110, 310])
    assert (found.is_whole, found.same_weights) == (False, True)
    assert found.rises == pytest.approx([0.05, 0.05])
    assert found.rise == pytest.approx(0.05)
    other = pairs({"clip0": 100}, counted(100))
    assert other is not None
    assert other.is_whole


def test_weights_that_do_not_show_are_not_the_same() -> None:
    for stored, now in (("", ""), ("abc", "abd"), ("", "abc")):
        found = pairs({"clip0": 100}, counted(100, weights=now), stored)
        assert found is not None
        assert not found.same_weights


def test_what_costs_the_same_of_all_now_costs_that_of_each() -> None:
    found = pairs({"clip0": 100, "clip1": 300}, Cost(macs=150))
    assert found is not None
    assert (found.then, found.now, found.is_whole) == ([100, 300], [150, 150], True)


def test_without_a_line_or_a_count_there_are_no_pairs() -> None:
    assert pairs({}, counted(100)) is None
    assert pairs({"clip0": 100}, Cost()) is None
    none = pairs({"gone": 100}, counted(100))
    assert none is not None
    assert (none.then, none.rise) == ([], 0.0)


def test_clips_are_known_by_their_ids_and_not_by_their_places() -> None:
    cost = changed(uneven([1, 2]), shown=shown(3).first(2)).cost
    assert ClipCosts.of(cost).macs == {"clip0": 1, "clip1": 2}
