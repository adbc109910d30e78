from __future__ import annotations

from dataclasses import replace

from pytest_vidcompress.measure.by_clip.clip_groups import clip_groups
from pytest_vidcompress.measure.by_clip.shown_clips import ShownClips
from pytest_vidcompress.measure.latency.pair_times import PairTimes
from tests.gate.reports import changed, report
from tests.measure.by_clip.costs import uneven


def test_motion_comes_still_first_and_classes_the_dearest_first() -> None:
    groups = clip_groups(uneven([10, 20, 30, 40, 50, 60]))
    said = [(each.kind, each.name, each.clips, float(each.macs)) for each in groups]
    assert said == [
        ("motion", "still", 2, 15),
        ("motion", "middle", 2, 35),
        ("motion", "fast", 2, 55),
        ("class", "b", 3, 40),
        ("class", "a", 3, 30),
    ]
    assert [each.motion for each in groups[:3]] == [0.5, 2.5, 4.5]


def test_a_group_knows_the_time_of_those_of_its_clips_that_were_timed() -> None:
    calls = PairTimes((1.0, 3.0), (1.0, 1.0), ("clip0", "clip1"), by_clip=True)
    groups = {each.name: each for each in clip_groups(uneven([10, 20, 30, 40, 50, 60], calls=calls))}
    assert (groups["still"].seconds, groups["still"].timed) == (2.0, 2)
    assert (groups["a"].seconds, groups["a"].timed) == (1.0, 1)
    assert (groups["fast"].seconds, groups["fast"].timed) == (None, 0)


def test_a_clip_of_several_classes_is_in_each_of_theirs() -> None:
    several = ShownClips(("clip0", "clip1"), (("a", "b"), ("b",)), (1.0, 1.0))
    groups = clip_groups(changed(uneven([10, 20]), shown=several))
    assert [(each.name, each.clips, float(each.macs)) for each in groups] == [("b", 2, 15), ("a", 1, 10)]


def test_a_fixed_cost_has_none() -> None:
    assert clip_groups(report()) == clip_groups(replace(report(), timing=None)) == ()
