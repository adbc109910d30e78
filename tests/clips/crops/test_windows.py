"""Windows of long videos: every frame in one, all of one length, and the pixels of a clip cut out by itself."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.clips.crops.crops import crops_of
from pytest_vidcompress.clips.crops.windows import PartJob, Windows
from pytest_vidcompress.clips.profile import CropSpec, Views
from pytest_vidcompress.errors import VidcompressError
from tests.clips.crops.parts import parts_of
from tests.clips.decode.footage import film, scene

SPEC = CropSpec(frames=4, rate=2, size=32, views=Views(2, 1))


@given(
    st.integers(1, 5000),
    st.floats(1, 120),
    st.floats(0.01, 60).flatmap(lambda length: st.tuples(st.just(length), st.floats(length / 20, length))),
)
def test_every_frame_is_in_a_window_and_all_are_of_one_length(
    count: int, fps: float, how: tuple[float, float]
) -> None:
    spans = Windows(*how).spans(count, fps)
    assert spans[0].first == 0
    assert spans[-1].last == count
    assert len({each.last - each.first for each in spans}) == 1
    assert all(one.first < other.first <= one.last for one, other in pairwise(spans))
    assert all(each.start_s == each.first / fps and each.end_s == each.last / fps for each in spans)


def test_a_video_that_is_no_longer_is_one_window() -> None:
    (only,) = Windows(10, 5).spans(300, 30)
    assert (only.first, only.last, only.start_s, only.end_s) == (0, 300, 0, 10)
    assert [each.start_s for each in Windows(10, 5).spans(301, 30)] == [0, 1 / 30]
    assert [each.start_s for each in Windows(10, 5).spans(750, 30)] == [0, 5, 10, 15]


@pytest.mark.parametrize(("length", "step"), [(0, 0), (1, 2), (1, 0), (float("nan"), 1), (float("inf"), 1)])
def test_what_leaves_frames_out_is_refused(length: float, step: float) -> None:
    with pytest.raises(VidcompressError, match="so that nothing is left out"):
        Windows(length, step)


@pytest.mark.parametrize("at_once", [1, 3 * SPEC.size_bytes, 1 << 28])
def test_a_window_shows_what_that_part_shows_by_itself(at_once: int, tmp_path: Path) -> None:
    pictures = scene(47)
    whole = film(tmp_path / "whole.mp4", pictures)
    parts = [*parts_of(whole, PartJob(SPEC, Windows(2, 1), most_bytes=at_once))]
    assert len(parts) == {1: 4, 1 << 28: 1}.get(at_once, 2)
    found = [
        (span, torch.from_numpy(crops))
        for part in parts
        for span, crops in zip(part.spans, part.crops, strict=True)
    ]
    assert [(span.first, span.last) for span, _ in found] == [(0, 20), (10, 30), (20, 40), (27, 47)]
    for span, crops in found:
        part = film(tmp_path / f"{span.first}.mp4", pictures[span.first : span.last])
        torch.testing.assert_close(crops, crops_of(part, SPEC), rtol=0, atol=0)
