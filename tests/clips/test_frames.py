from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.clips.frames import indices

SAMPLINGS = ["span", "stride", "uniform", "even"]


def test_span_is_the_published_timesformer_sampling() -> None:
    assert indices(300, 30.0, 8, 32, "span") == (0, 36, 72, 109, 145, 182, 218, 255)


def test_span_counts_in_frames_of_30_fps() -> None:
    assert indices(250, 25.0, 8, 32, "span") == (0, 30, 60, 91, 121, 151, 182, 212)
    assert indices(600, 60.0, 8, 32, "span") == (0, 73, 146, 219, 292, 365, 438, 511)


def test_span_clamps_to_the_last_frame_of_a_short_video() -> None:
    assert indices(100, 30.0, 8, 32, "span") == (0, 36, 72, 99, 99, 99, 99, 99)


def test_stride_is_the_middle_clip_of_the_published_videomae_sampling() -> None:
    assert indices(300, 30.0, 16, 4, "stride") == tuple(range(116, 177, 4))


def test_stride_ignores_the_frame_rate() -> None:
    assert indices(300, 12.5, 16, 4, "stride") == indices(300, 60.0, 16, 4, "stride")


def test_stride_repeats_the_last_frame_of_a_short_video() -> None:
    assert indices(10, 30.0, 5, 4, "stride") == (0, 4, 8, 8, 8)


def test_pocket_clips_are_covered_from_end_to_end() -> None:
    assert indices(32, 16.0, 8, 4, "stride") == (0, 4, 8, 12, 16, 20, 24, 28)
    assert indices(32, 16.0, 8, 4, "even") == (0, 4, 8, 13, 17, 22, 26, 31)


def test_uniform_takes_the_first_frame_of_each_part() -> None:
    assert indices(10, 30.0, 4, 1, "uniform") == (0, 2, 5, 7)


@given(
    count=st.integers(1, 5000),
    fps=st.floats(0.1, 1000),
    frames=st.integers(1, 64),
    rate=st.integers(1, 64),
    sampling=st.sampled_from(SAMPLINGS),
)
def test_any_plan_is_complete_ascending_and_in_the_file(
    count: int, fps: float, frames: int, rate: int, sampling: str
) -> None:
    plan = indices(count, fps, frames, rate, sampling)
    assert len(plan) == frames
    assert list(plan) == sorted(plan)
    assert plan[0] >= 0
    assert plan[-1] < count


@pytest.mark.parametrize("sampling", SAMPLINGS)
@pytest.mark.parametrize("bad", [(0, 30.0, 8, 4), (9, 0.0, 8, 4), (9, 30.0, 0, 4), (9, 30.0, 8, 0)])
def test_arguments_out_of_range_are_refused(bad: tuple[int, float, int, int], sampling: str) -> None:
    with pytest.raises(ValueError, match="positive"):
        indices(*bad, sampling)


def test_an_unknown_sampling_is_refused() -> None:
    with pytest.raises(ValueError, match="'random'"):
        indices(9, 30.0, 8, 4, "random")
