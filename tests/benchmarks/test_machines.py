"""Machines in virtual time: the package's own code shares the work, and nothing is lost where some die."""

from __future__ import annotations

import pytest

from benchmarks.machines import thousand
from benchmarks.machines.thousand import DRIVERS, MORE_SHARDS, NODES, SHARDS, Plan, simulate
from benchmarks.machines.virtual_time import VirtualClock

CLIPS = 640
"""Ten ranges."""


def test_time_passes_for_all_who_sleep() -> None:
    clock, seen = VirtualClock(), list[tuple[str, float]]()

    def deed(name: str, *naps: float) -> None:
        for nap in naps:
            clock.sleep(nap)
            seen.append((name, clock.now()))

    assert clock.run([lambda: deed("a", 1, 3), lambda: deed("b", 2, 1)]) == 4
    assert seen == [("a", 1), ("b", 2), ("b", 3), ("a", 4)]


def test_what_fails_ends_it() -> None:
    def fail() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        VirtualClock().run([fail])


@pytest.mark.parametrize("way", [SHARDS, MORE_SHARDS, NODES])
@pytest.mark.parametrize("machines", [1, 3, 30])
def test_everything_is_computed_once(machines: int, way: str) -> None:
    row = simulate(Plan(machines, variants=4, clips=CLIPS, way=way))
    assert (row["jobs"], row["computed_twice"]) == (40, 0)
    assert row["requests_of_the_run_over_all"]["get"] >= 40
    assert 0 < row["of_ideal"] <= 1.01


def test_runs_on_one_store_compute_little_twice() -> None:
    row = simulate(Plan(3, variants=4, clips=64 * 100, way=DRIVERS))
    # Of each measurement and pair of them, hardly more than the logarithm of its ranges.
    assert 0 <= row["computed_twice"] < 0.25 * row["jobs"]


@pytest.mark.parametrize("way", [SHARDS, MORE_SHARDS, NODES])
def test_machines_that_die_lose_nothing(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thousand, "DYING", 1.0)
    row = simulate(Plan(3, variants=4, clips=CLIPS, way=way))
    assert (row["jobs"], row["computed_twice"]) == (40, 0)
