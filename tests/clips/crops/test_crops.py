from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from pytest_vidcompress.clips.crops import crops
from pytest_vidcompress.clips.crops.crops import crops_of
from pytest_vidcompress.clips.crops.preprocess import resize
from pytest_vidcompress.clips.crops.sampling import indices
from pytest_vidcompress.clips.decode.decode import decode
from pytest_vidcompress.clips.faults import Undecodable
from pytest_vidcompress.clips.pocket.packaged import pocket
from pytest_vidcompress.clips.profile import Profile, Views
from pytest_vidcompress.models.catalog import CATALOG
from tests.clips.crops.centre import crop
from tests.clips.decode.footage import flat, greys
from tests.clips.decode.pictures import write_picture

WriteVideo = Callable[..., Path]
GREYS = range(0, 200, 5)
"""Of forty frames."""
STRIDE = Profile(4, 2, 32, sampling="stride")


def levels(crops: torch.Tensor) -> list[list[int]]:
    """The grey of every frame of every view, in steps of the clip's, below its white top row."""
    rows = crops[:, :, 0, 16:].float().mean((2, 3)).div(5).round().int()
    return [[int(level) for level in row] for row in rows]


def single(path: Path, profile: Profile) -> torch.Tensor:
    """The only view as it was before there were several, `(T, 3, S, S)`: stored numbers are of these pixels."""

    def plan(count: int, fps: float) -> Sequence[int]:
        return indices(count, fps, profile.frames, profile.rate, profile.sampling)

    return crop(decode(path, plan).pixels, profile.size)


def test_clips_are_outside_and_crops_inside(tmp_path: Path, write_video: WriteVideo) -> None:
    path = write_video(tmp_path / "clip.mp4", GREYS, width=64, height=48)
    views = crops_of(path, replace(STRIDE, views=Views(3, 3)).crop_spec)
    assert views.shape == (9, 4, 3, 32, 32)
    assert views.dtype == torch.uint8
    assert views.is_contiguous()
    first, middle, last = [0, 2, 4, 6], [16, 18, 20, 22], [32, 34, 36, 38]
    assert levels(views) == [first] * 3 + [middle] * 3 + [last] * 3


def test_every_view_is_cut_from_its_own_clip(tmp_path: Path, write_video: WriteVideo) -> None:
    path = write_video(tmp_path / "clip.mp4", GREYS, width=90, height=48, noise=9.0)
    views = crops_of(path, replace(STRIDE, views=Views(2, 3)).crop_spec)
    for clip in range(2):
        alone = crops_of(path, replace(STRIDE, views=Views(2, 1)).crop_spec)[clip]
        # 90 x 48 becomes 60 x 32: the middle crop is the centre.
        assert torch.equal(views[3 * clip + 1], alone)
    assert len({view.numpy().tobytes() for view in views}) == 6


def test_of_chosen_frames_the_others_are_not_decoded(
    tmp_path: Path, write_video: WriteVideo, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted: list[Sequence[int]] = []

    def spy(path: Path, plan: Callable[[int, float], Sequence[int]], shrink: Any) -> object:
        wanted.append(plan(len(GREYS), 10.0))
        return decode(path, plan, shrink)

    path = write_video(tmp_path / "clip.mp4", GREYS, width=90, height=48, noise=9.0)
    spec = replace(STRIDE, views=Views(2, 3)).crop_spec
    whole = crops_of(path, spec)
    monkeypatch.setattr(crops, "decode", spy)
    some = crops_of(path, replace(spec, chosen=(1, 3)))
    assert torch.equal(some, whole[:, [1, 3]])
    assert [*map(list, wanted)] == [[2, 6, 34, 38]]


def test_crops_overlap_as_they_lie(tmp_path: Path, write_video: WriteVideo) -> None:
    path = write_video(tmp_path / "clip.mp4", GREYS, width=64, height=48, noise=9.0)
    left, middle, right = crops_of(path, replace(STRIDE, views=Views(1, 3)).crop_spec)
    # 64 x 48 becomes 42 x 32: offsets 0, 5 and 10.
    assert torch.equal(left[..., 5:], middle[..., :-5])
    assert torch.equal(middle[..., 5:], right[..., :-5])


def test_a_short_video_repeats_its_last_frame_in_every_clip(tmp_path: Path, write_video: WriteVideo) -> None:
    path = write_video(tmp_path / "clip.mp4", GREYS[:3])
    assert levels(crops_of(path, replace(STRIDE, views=Views(2, 1)).crop_spec)) == [[0, 2, 2, 2]] * 2


@pytest.mark.parametrize("views", [Views(), Views(1, 3), Views(5, 3), Views(10, 1)])
def test_a_video_is_decoded_once(
    views: Views, tmp_path: Path, write_video: WriteVideo, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted: list[Sequence[int]] = []

    def spy(path: Path, plan: Callable[[int, float], Sequence[int]], shrink: Any) -> object:
        wanted.append(plan(len(GREYS), 10.0))
        return decode(path, plan, shrink)

    monkeypatch.setattr(crops, "decode", spy)
    crops_of(write_video(tmp_path / "clip.mp4", GREYS), replace(STRIDE, views=views).crop_spec)
    (frames,) = wanted
    assert list(frames) == sorted(set(frames)), "frames that clips share are asked for once"


def test_what_does_not_decode_says_so(tmp_path: Path) -> None:
    with pytest.raises(Undecodable, match="missing"):
        crops_of(tmp_path / "none.mp4", STRIDE.crop_spec)


@pytest.mark.parametrize("family", ["timesformer", "videomae"])
def test_one_view_of_a_packaged_clip_is_what_it_always_was(family: str) -> None:
    for profile in (CATALOG[family].profile, Profile(8, 4, 64, sampling="even")):
        for clip in pocket().clips[::160]:
            assert torch.equal(crops_of(clip.path, profile.crop_spec)[0], single(clip.path, profile))


@pytest.mark.parametrize("family", [pytest.param("timesformer", marks=pytest.mark.slow), "videomae"])
def test_one_view_of_a_real_clip_is_what_it_always_was(family: str, media: Path) -> None:
    for path in sorted((media / "kinetics400" / "val").iterdir()):
        profile = CATALOG[family].profile
        assert torch.equal(crops_of(path, profile.crop_spec)[0], single(path, profile))


@pytest.mark.parametrize("family", ["timesformer", "videomae"])
def test_published_views_of_a_real_clip(family: str, media: Path) -> None:
    profile = replace(CATALOG[family].profile, views=CATALOG[family].profile.published)
    path = media / "kinetics400" / "val" / "b6yQZjPE26c_000023_000033.mp4"
    views = crops_of(path, profile.crop_spec)
    assert views.shape == (profile.views.count, profile.frames, 3, 224, 224)
    assert len({view.numpy().tobytes() for view in views}) == len(views)
    if family == "videomae":
        # The middle clip and the middle crop are the fast protocol's.
        assert torch.equal(views[7], single(path, profile))


@pytest.mark.parametrize("crops", [1, 3])
def test_of_a_larger_short_side_the_middle_is_cut_out(crops: int) -> None:
    frames = np.random.default_rng(0).integers(0, 256, (4, 48, 80, 3), dtype=np.uint8)
    profile = Profile(4, 1, 32, sampling="stride", resize=36, views=Views(1, crops))
    small = resize(frames, 36)
    assert small.shape[-2:] == (36, 60)
    offsets = {1: [14], 3: [0, 14, 28]}[crops]
    expected = [small[..., 2:34, offset : offset + 32] for offset in offsets]
    assert torch.equal(crops_of(lambda: frames, profile.crop_spec), torch.stack(expected))


def test_every_kind_of_source_gives_the_same_crops(tmp_path: Path) -> None:
    frames = np.stack(greys(GREYS, noise=20))
    np.save(tmp_path / "clip.npy", frames)
    torch.save(torch.from_numpy(frames), tmp_path / "clip.pt")
    for number, pixels in enumerate(frames):
        write_picture(tmp_path / "clip" / f"img_{number:05d}.png", pixels)
    spec = replace(STRIDE, views=Views(2, 3)).crop_spec
    from_function = crops_of(lambda: frames, spec)
    assert len({view.numpy().tobytes() for view in from_function}) == 6
    for name in ("clip.npy", "clip.pt", "clip"):
        assert torch.equal(crops_of(tmp_path / name, spec), from_function)


@pytest.mark.parametrize(
    ("size", "together"),
    [((64, 48), [4]), ((1280, 720), [4]), ((1920, 1080), [2, 2]), ((3840, 2160), [1] * 4)],
)
def test_large_frames_are_made_small_before_all_are_there(
    size: tuple[int, int], together: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shapes: list[tuple[int, ...]] = []

    def spy(frames: Any, size: int) -> torch.Tensor:
        shapes.append(frames.shape)
        return resize(frames, size)

    monkeypatch.setattr(crops, "resize", spy)
    width, height = size
    crops_of(flat(tmp_path / "clip.mp4", width, height, 8), STRIDE.crop_spec)
    assert shapes == [(number, height, width, 3) for number in together]
