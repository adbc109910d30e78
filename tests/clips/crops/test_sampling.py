from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.clips.crops.sampling import indices

SAMPLINGS = ["span", "stride", "uniform", "even"]


def test_span_is_the_published_timesformer_sampling() -> None:
    assert indices(300, 30.0, 8, 32, "span") == (0, 36, 72, 109, 145, 182, 218, 255)


def test_span_counts_in_frames_of_30_fps() -> None:
    assert indices(250, 25.0, 8, 32, "span") == (0, 30, 60, 91, 121, 151, 182, 212)
    assert indices(600, 60.0, 8, 32, "span") == (0, 73, 146, 219, 292, 365, 438, 511)


def test_span_clamps_to_the_last_frame_of_a_short_video() -> None:
    assert indices(100, 30.0, 8, 32, "span") == (0, 36, 72, 99, 99, 99, 99, 99)


def test_span_is_the_published_sampling_of_the_high_resolution_timesformer() -> None:
    assert indices(300, 30.0, 16, 16, "span") == tuple(range(0, 256, 17))


def test_span_of_several_clips_starts_where_the_published_code_does() -> None:
    # get_start_end_idx: what 256 of 300 frames leave over, times clip / clips.
    starts = [indices(300, 30.0, 8, 32, "span", (clip, 10))[0] for clip in range(10)]
    assert starts == [0, 4, 8, 13, 17, 22, 26, 30, 35, 39]
    assert indices(300, 30.0, 8, 32, "span", (5, 10)) == (22, 58, 94, 131, 167, 204, 240, 277)


def test_span_of_several_clips_is_one_and_the_same_where_nothing_is_left_over() -> None:
    assert indices(200, 30.0, 8, 32, "span", (4, 5)) == indices(200, 30.0, 8, 32, "span")


def test_stride_of_five_clips_is_the_published_videomae_sampling() -> None:
    clips = [indices(300, 30.0, 16, 4, "stride", (clip, 5)) for clip in range(5)]
    assert clips == [tuple(range(4 * start, 4 * start + 61, 4)) for start in (0, 14, 29, 44, 59)]
    assert [(clip[0], clip[-1]) for clip in clips[:2]] == [(0, 60), (56, 116)]
    assert (clips[-1][0], clips[-1][-1]) == (236, 296)


def test_stride_is_the_middle_clip_of_the_published_videomae_sampling() -> None:
    assert indices(300, 30.0, 16, 4, "stride") == tuple(range(116, 177, 4))

    assert indices(300, 30.0, 16, 4, "stride") == indices(300, 30.0, 16, 4, "stride", (2, 5))


def test_stride_ignores_the_frame_rate() -> None:
    assert indices(300, 12.5, 16, 4, "stride") == indices(300, 60.0, 16, 4, "stride")


def test_stride_repeats_the_last_frame_of_a_short_video() -> None:
    assert indices(10, 30.0, 5, 4, "stride") == (0, 4, 8, 8, 8)


def test_clips_of_a_short_video_are_alike() -> None:
    clips = {indices(40, 30.0, 16, 4, "stride", (clip, 5)) for clip in range(5)}
    assert clips == {(*range(0, 40, 4), *[36] * 6)}


def test_pocket_clips_are_covered_from_end_to_end() -> None:
    assert indices(32, 16.0, 8, 4, "stride") == (0, 4, 8, 12, 16, 20, 24, 28)
    assert indices(32, 16.0, 8, 4, "even") == (0, 4, 8, 13, 17, 22, 26, 31)


def test_uniform_takes_the_first_frame_of_each_part() -> None:
    assert indices(10, 30.0, 4, 1, "uniform") == (0, 2, 5, 7)


def test_segments_takes_the_middle_frame_of_each_part() -> None:
    # TSN's test sampling: int(k * count / frames + count / frames / 2).
    assert indices(10, 30.0, 4, 1, "segments") == (1, 3, 6, 8)
    assert indices(300, 30.0, 8, 1, "segments") == tuple(int(k * 37.5 + 18.75) for k in range(8))
    assert indices(1, 30.0, 4, 1, "segments") == (0, 0, 0, 0)


def test_segments_of_several_clips_interleave() -> None:
    assert [indices(24, 30.0, 3, 1, "segments", (clip, 2)) for clip in (0, 1)] == [(2, 10, 18), (6, 14, 22)]


def test_uniform_and_even_clips_interleave() -> None:
    assert [indices(12, 30.0, 3, 1, "uniform", (clip, 2)) for clip in (0, 1)] == [(0, 4, 8), (2, 6, 10)]
    assert [indices(12, 30.0, 3, 1, "even", (clip, 2)) for clip in (0, 1)] == [(0, 4, 8), (2, 6, 11)]


def single(count: int, fps: float, frames: int, rate: int, sampling: str) -> list[int]:
    """The only clip, as it was before there were several: stored numbers are of these frames."""
    last, grid = max(frames * rate * fps / 30 - 1, 0), list(range(0, count, rate))
    start, steps = max(len(grid) - frames, 0) // 2, max(frames - 1, 1)
    rules = {
        "span": lambda k: min(int(last * k / steps), count - 1),
        "stride": lambda k: (grid + frames * grid[-1:])[start + k],
        "uniform": lambda k: k * count // frames,
        "even": lambda k: k * (count - 1) // steps,
    }
    return [rules[sampling](k) for k in range(frames)]


VIDEOS = {
    "count": st.integers(1, 5000),
    "fps": st.floats(0.1, 1000),
    "frames": st.integers(1, 64),
    "rate": st.integers(1, 64),
    "sampling": st.sampled_from(SAMPLINGS),
}
Video = tuple[int, float, int, int, str]
videos = st.tuples(*VIDEOS.values())


@given(video=videos, segments=st.booleans(), clips=st.integers(1, 12))
def test_any_plan_is_complete_ascending_and_in_the_file(video: Video, segments: bool, clips: int) -> None:
    count, fps, frames, rate, sampling = video
    for clip in range(clips):
        plan = indices(count, fps, frames, rate, "segments" if segments else sampling, (clip, clips))
        assert len(plan) == frames
        assert list(plan) == sorted(plan)
        assert plan[0] >= 0
        assert plan[-1] < count


@given(video=videos)
def test_the_only_clip_is_what_it_always_was(video: Video) -> None:
    assert list(indices(*video)) == single(*video)


@given(video=videos, clips=st.integers(2, 12))
def test_clips_go_on_from_the_first_to_the_last(video: Video, clips: int) -> None:
    count, _, frames, rate, sampling = video
    plans = [indices(*video, (clip, clips)) for clip in range(clips)]
    assert plans == sorted(plans)
    assert plans[0][0] == 0
    reached = {
        "span": 0,  # never the end, by the published rule
        "stride": (count - 1) // rate * rate,
        "uniform": (frames * clips - 1) * count // (frames * clips),
        "even": count - 1,
    }
    assert plans[-1][-1] >= reached[sampling]


@given(video=videos, clips=st.integers(2, 12))
def test_clips_of_a_long_video_differ(video: Video, clips: int) -> None:
    count, fps, frames, rate, sampling = video
    # Room for every clip to start a frame, or a step, further on.
    room = {
        "span": frames * rate * fps / 30 + clips,
        "stride": rate * (frames + clips),
        "uniform": frames * clips,
        "even": frames * clips + 1,
    }
    if count > room[sampling]:
        assert len({indices(*video, (clip, clips)) for clip in range(clips)}) == clips


@pytest.mark.parametrize("sampling", SAMPLINGS)
@pytest.mark.parametrize("bad", [(0, 30.0, 8, 4), (9, 0.0, 8, 4), (9, 30.0, 0, 4), (9, 30.0, 8, 0)])
def test_arguments_out_of_range_are_refused(bad: tuple[int, float, int, int], sampling: str) -> None:
    with pytest.raises(ValueError, match="positive"):
        indices(*bad, sampling)


@pytest.mark.parametrize(("clip", "clips"), [(-1, 1), (1, 1), (5, 5), (0, 0)])
def test_a_clip_that_there_is_not_is_refused(clip: int, clips: int) -> None:
    with pytest.raises(ValueError, match=f"no clip {clip} of {clips}"):
        indices(9, 30.0, 8, 4, "stride", (clip, clips))


def test_an_unknown_sampling_is_refused() -> None:
    with pytest.raises(ValueError, match="'random'"):
        indices(9, 30.0, 8, 4, "random")
