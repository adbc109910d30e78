from __future__ import annotations

import time

import pytest

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.measure.latency import stopwatch
from pytest_vidcompress.measure.latency.pairs import time_pairs
from pytest_vidcompress.measure.latency.stopwatch import refuse_stopped, seconds_of
from pytest_vidcompress.processes.clock import RESOLUTION_S


def spin() -> None:
    end = time.thread_time() + 0.001
    while time.thread_time() < end:
        pass


def test_a_clock_that_a_test_stopped_is_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("perf_counter", "monotonic", "time"):
        monkeypatch.setattr(time, name, lambda: 1.0)
    assert seconds_of(spin) >= 0.001
    timing = time_pairs(spin, spin, budget_s=0)
    assert 0.2 < timing.ratio < 5
    assert timing.latency >= 0.001


def test_nothing_takes_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stopwatch, "now_s", lambda: 1.0)
    assert seconds_of(spin) == RESOLUTION_S > 0


def test_by_a_clock_that_stands_still_nothing_is_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stopwatch, "now_s", lambda: 1.0)
    with pytest.raises(
        VidcompressError, match="which the clock cannot tell from nothing: measure something that"
    ):
        time_pairs(spin, spin)
    refuse_stopped(1e-5)


def test_a_call_is_over_when_the_device_has_done_it() -> None:
    done: list[str] = []
    seconds_of(lambda: done.append("call"), lambda: done.append("wait"))
    assert done == ["wait", "call", "wait"]


def test_what_the_device_takes_counts_and_what_it_was_doing_before_does_not() -> None:
    waits = iter([0.05, 0.01])
    assert 0.01 <= seconds_of(lambda: None, lambda: time.sleep(next(waits))) < 0.05
