from __future__ import annotations

from collections import Counter
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.clips.calibration import calibration
from pytest_vidcompress.clips.clip import Clip, ClipSet
from pytest_vidcompress.clips.pocket.packaged import pocket
from pytest_vidcompress.clips.sample import sample


def clips(number: int, prefix: str = "clip") -> tuple[Clip, ...]:
    return tuple(Clip(f"{prefix}{k}", f"label{k % 3}", Path(f"{prefix}{k}.mp4")) for k in range(number))


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 50), st.integers(0, 3))
def test_no_clip_is_both_tested_and_calibrated_on(total: int, taken: int, number: int, seed: int) -> None:
    everything = clips(total)
    tested = sample(everything, min(taken, total), seed)
    found = calibration(ClipSet("mine", ("label0",), everything), tested, number, seed)
    assert not set(found) & set(tested)
    assert len(found) == min(number, total - len(tested))


def test_spare_clips_are_taken_where_there_are_some() -> None:
    spare = clips(6, "spare")
    found = calibration(ClipSet("mine", (), clips(30), spare=spare), (), 4, 0)
    assert set(found) < set(spare)


def test_the_packaged_set_has_spare_clips_of_every_class() -> None:
    packaged = pocket()
    found = calibration(packaged, packaged.clips, 32, 0)
    assert set(Counter(clip.label for clip in found).values()) == {2}
    assert not {clip.id for clip in found} & {clip.id for clip in packaged.clips}
    assert all(clip.path.is_file() for clip in found)
