from __future__ import annotations

import pytest

from pytest_vidcompress.measure.by_clip.clip_seconds import clip_seconds
from pytest_vidcompress.measure.latency.pair_times import PairTimes
from pytest_vidcompress.measure.report import Timing
from tests.gate.reports import Estimate, pair_times


def test_a_clip_takes_the_median_of_its_calls() -> None:
    variant = (1.0, 5.0, 2.0, 6.0, 3.0, 7.0)
    times = PairTimes(variant, (1.0,) * 6, ("a", "b") * 3, by_clip=True)
    assert clip_seconds(times) == {"a": 2.0, "b": 6.0}


def test_a_distribution_is_of_as_many_clips_as_say_anything() -> None:
    seconds = tuple(float(each) for each in range(1, 7))
    for clips, mean in ((5, None), (6, 3.5)):
        ids = tuple(f"clip{clip}" for clip in range(clips))
        calls = PairTimes(seconds[:clips], (1.0,) * clips, ids, by_clip=True)
        found = Timing(Estimate(3.0), calls=calls).of_clips
        assert (found and found.mean) == mean


def test_calls_that_a_neighbour_disturbed_do_not_count() -> None:
    times = pair_times(24, late=(3, 15))
    found = clip_seconds(times)
    # Both calls of its clip were slow, and so was the reference beside them.
    assert "clip3" not in found
    assert len(found) >= 10
    assert max(found.values()) == pytest.approx(0.05, rel=0.1)


def test_what_was_not_timed_has_none() -> None:
    assert Timing(Estimate(3.0)).of_clips is None
