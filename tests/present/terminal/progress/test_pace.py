"""How far, how fast, how long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.present.terminal.progress.pace import Pace, duration


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.04, "0.0 s"),
        (2.54, "2.5 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (3569, "59 min"),
        (3599, "1 h"),
        (4800, "1 h 20 min"),
        (7200, "2 h"),
    ],
)
def test_a_duration_is_told_in_what_fits_it(seconds, said):
    assert duration(seconds) == said


@given(st.floats(0, 1e7), st.floats(0, 1e7))
def test_a_longer_time_is_never_told_as_a_shorter_one(one, other):
    units = {"s": 1, "min": 60, "h": 3600}

    def read(said):
        words = said.split()
        return sum(float(n) * units[unit] for n, unit in zip(words[::2], words[1::2], strict=True))

    short, long = sorted((one, other))
    assert read(duration(short)) <= read(duration(long))


@pytest.fixture
def clock(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    return now


def test_before_the_first_is_done_nobody_knows(clock):
    pace = Pace()
    assert pace.count("clips", 12, 48)
    clock[0] = 5.0
    assert not pace.count("clips", 12, 48)
    assert pace.rate == ""
    assert pace.sentence == "clips: 12 of 48"


def test_what_an_earlier_run_had_done_makes_nothing_faster(clock):
    pace = Pace()
    pace.count("clips", 12, 48)
    clock[0] = 10.0
    pace.count("clips; agree 99 %", 16, 48)
    assert pace.rate == "2.5 s each"
    assert pace.sentence == "clips: 16 of 48, 2.5 s each, 1 min left; agree 99 %"


def test_something_else_begins_anew(clock):
    pace = Pace()
    pace.count("clips", 12, 48)
    clock[0] = 10.0
    assert pace.count("clips", 1, 48), "they are counted anew"
    pace.forget()
    assert pace.count("clips", 2, 48)
    assert pace.count("timing", 0, 0)
    assert pace.sentence == "timing"
