from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from pytest_vidcompress.clips import loader
from pytest_vidcompress.clips.clip import Clip
from pytest_vidcompress.clips.crops import prefetch
from pytest_vidcompress.clips.crops.crops import crops_of
from pytest_vidcompress.clips.crops.disk_cache import Shelf
from pytest_vidcompress.clips.crops.preprocess import normalize
from pytest_vidcompress.clips.label_targets import Targets
from pytest_vidcompress.clips.loader import Clips, Decoding
from pytest_vidcompress.clips.profile import CropSpec, Profile, Views
from pytest_vidcompress.errors import SpoiledRunError, VidcompressError
from tests.clips.decode.footage import greys
from tests.clips.decode.pictures import write_picture

WriteVideo = Callable[..., Path]
PROFILE = Profile(2, 1, 32, sampling="even")
IDS = {"dark": 7, "light": 3}


@pytest.fixture
def sampled(tmp_path: Path, write_video: WriteVideo) -> list[Clip]:
    """Three flat clips of levels 10, 200 and 30, and one that is no video, third."""
    (tmp_path / "broken.mp4").write_text("<html>")
    greys = {"a": 10, "b": 200, "c": 30}
    clips = [
        Clip(name, "light" if grey > 99 else "dark", write_video(tmp_path / f"{name}.mp4", [grey] * 3))
        for name, grey in greys.items()
    ]
    return [*clips[:2], Clip("broken", "dark", tmp_path / "broken.mp4"), clips[2]]


def make(clips: list[Clip], profile: Profile = PROFILE, **more: object) -> Clips:
    return Clips(clips, ["dark", "light"], IDS, profile, Decoding(**more))  # type: ignore[arg-type]


def test_it_is_the_sequence_of_usable_clips(sampled: list[Clip]) -> None:
    clips = make(sampled)
    assert len(clips) == 3
    assert [clip.id for clip in clips] == ["a", "b", "c"]
    assert clips[-1].id == "c"
    assert clips[:2] == tuple(sampled[:2])
    assert sampled[2] not in clips
    assert clips.labels == ("dark", "light")


def test_broken_clips_are_named_and_nothing_takes_their_place(sampled: list[Clip]) -> None:
    (skipped,) = make(sampled).skipped
    assert skipped.clip == sampled[2]
    assert "not a video" in skipped.reason


def test_batches_are_pixels_and_the_models_label_ids(sampled: list[Clip]) -> None:
    batches = list(make(sampled).batches(2))
    assert [tuple(pixels.shape) for pixels, _ in batches] == [(2, 2, 3, 32, 32), (1, 2, 3, 32, 32)]
    assert [ids.tolist() for _, ids in batches] == [[7, 3], [7]]
    assert batches[0][1].dtype == torch.int64
    assert batches[0][0].dtype == torch.float32
    greys = torch.tensor([10, 200, 30], dtype=torch.uint8).view(3, 1, 1, 1).expand(3, 3, 1, 1)
    expected = normalize(greys, PROFILE.mean, PROFILE.std)[:, :, 0, 0]
    below = torch.cat([pixels for pixels, _ in batches])[..., 16:, :].mean((1, 3, 4))
    # Half a level of limited-range video is 0.01 of these units.
    torch.testing.assert_close(below, expected, atol=0.02, rtol=0)


def test_of_clips_with_several_labels_batches_say_of_each_output_whether_it_is_right(
    sampled: list[Clip],
) -> None:
    both = dataclasses.replace(sampled[0], others=("light",))
    clips = Clips([both, sampled[1]], ["dark", "light"], Targets(IDS, 8), PROFILE)
    ((_, right),) = clips.batches(2)
    assert right.dtype == torch.bool
    assert [row.nonzero().flatten().tolist() for row in right] == [[3, 7], [3]]
    assert right.shape == (2, 8)
    assert (clips.several_labels, make(sampled).several_labels) == (True, False)


def test_the_layout_is_the_profiles(sampled: list[Clip]) -> None:
    (frames_first, _), *_ = make(sampled).batches(3)
    (channels_first, _), *_ = make(sampled, dataclasses.replace(PROFILE, layout="BCTHW")).batches(3)
    assert torch.equal(channels_first.transpose(1, 2), frames_first)
    assert channels_first.is_contiguous()


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the videos that were decoded, in order."""
    seen: list[str] = []
    crops_of = prefetch.crops_of

    def spy(path: Path, spec: CropSpec) -> torch.Tensor:
        seen.append(path.name)
        return crops_of(path, spec)

    monkeypatch.setattr(prefetch, "crops_of", spy)
    return seen


@pytest.mark.parametrize("limit", [loader._KEPT_BYTES, 0])  # pyright: ignore[reportPrivateUsage]
def test_each_clip_is_decoded_once(
    limit: int, sampled: list[Clip], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, decoded: list[str]
) -> None:
    monkeypatch.setattr(loader, "_KEPT_BYTES", limit)
    clips = make(sampled, shelf=None if limit else Shelf(tmp_path / "cache", 10**9))
    assert decoded == []
    first, again = (torch.cat([pixels for pixels, _ in clips.batches(2)]) for _ in range(2))
    assert torch.equal(first, again)
    assert len(clips.skipped) == 1
    assert len(clips) == 3
    assert decoded == ["a.mp4", "b.mp4", "broken.mp4", "c.mp4"]


def test_clips_are_decoded_as_they_are_taken(sampled: list[Clip], decoded: list[str]) -> None:
    clips = make(sampled)
    batches = clips.batches(1)
    assert decoded == []
    next(batches)
    assert (decoded, clips.expected) == (["a.mp4"], 4)
    assert [ids.tolist() for _, ids in batches] == [[3], [7]]
    assert clips.expected == len(clips) == 3
    assert decoded == ["a.mp4", "b.mp4", "broken.mp4", "c.mp4"]


def test_the_length_decodes_what_is_left(sampled: list[Clip], decoded: list[str]) -> None:
    told: list[tuple[str, int, int]] = []
    clips = make(sampled, progress=lambda *what: told.append(what))
    next(clips.batches(2))
    assert told == []
    assert len(clips) == 3
    assert told == [("decoding clips", done, 4) for done in (3, 4)]
    assert decoded == ["a.mp4", "b.mp4", "broken.mp4", "c.mp4"]
    assert len(list(clips.batches(1))) == 3
    assert len(decoded) == 4


def test_the_length_may_be_asked_for_in_the_loop(sampled: list[Clip]) -> None:
    clips = make(sampled)
    assert [(len(clips), ids.tolist()) for _, ids in clips.batches(1)] == [(3, [7]), (3, [3]), (3, [7])]
    side_by_side = zip(make(sampled).batches(1), clips.batches(1), strict=True)
    assert all(torch.equal(one, other) for (one, _), (other, _) in side_by_side)


@pytest.mark.parametrize("limit", [loader._KEPT_BYTES, 0])  # pyright: ignore[reportPrivateUsage]
def test_views_of_a_clip_follow_one_another(
    limit: int, sampled: list[Clip], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loader, "_KEPT_BYTES", limit)
    profile = dataclasses.replace(PROFILE, views=Views(2, 3))
    clips = make(sampled, profile)
    for _ in range(2):
        (first, ids), (last, last_ids) = clips.batches(2)
        assert (first.shape, ids.tolist()) == ((12, 2, 3, 32, 32), [7, 3])
        assert (last.shape, last_ids.tolist()) == ((6, 2, 3, 32, 32), [7])
        for place, clip in enumerate(sampled[:2]):
            views = normalize(crops_of(clip.path, profile.crop_spec), profile.mean, profile.std)
            assert torch.equal(first[6 * place : 6 * place + 6], views)


def test_workers_make_the_same_batches(
    tmp_path: Path, write_video: WriteVideo, monkeypatch: pytest.MonkeyPatch
) -> None:
    clips = [
        Clip(str(grey), "dark", write_video(tmp_path / f"{grey}.mp4", [grey] * 3))
        for grey in range(10, 200, 9)
    ]
    clips[4].path.write_text("<html>")
    here = list(make(clips).batches(4))
    monkeypatch.setattr(prefetch, "_WORTH_S", 0.0)
    monkeypatch.setattr(prefetch, "_cores", lambda: 2)
    with_workers = make(clips)
    for (pixels, ids), (expected, expected_ids) in zip(with_workers.batches(4), here, strict=True):
        assert torch.equal(pixels, expected)
        assert torch.equal(ids, expected_ids)
    assert [each.clip.id for each in with_workers.skipped] == ["46"]


def test_progress_is_told(sampled: list[Clip]) -> None:
    told: list[tuple[str, int, int]] = []
    make(sampled, progress=lambda *what: told.append(what)).load()
    assert told == [("decoding clips", done, 4) for done in (1, 2, 3, 4)]


def test_batches_cannot_be_empty(sampled: list[Clip]) -> None:
    with pytest.raises(ValueError, match="not 0"):
        make(sampled).batches(0)
    with pytest.raises(VidcompressError, match=r"none of the 1 clips can be used: .*broken.mp4: not a video"):
        next(make(sampled[2:3]).batches(1))


def test_a_clip_that_breaks_between_batches_is_named(
    sampled: list[Clip], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loader, "_KEPT_BYTES", 0)
    clips = make(sampled[:1])
    clips.load()
    sampled[0].path.unlink()
    with pytest.raises(VidcompressError, match=r"a\.mp4 changed while tests ran: missing"):
        list(clips.batches(1))


def test_real_clips_make_batches(media: Path) -> None:
    from pytest_vidcompress.clips.kinetics.read import read_kinetics
    from pytest_vidcompress.clips.labels import match

    found = read_kinetics(media / "kinetics400")
    ids = match(found.labels, found.labels, model_name="m", clip_set_name=found.name)
    small = [clip for clip in found.clips if clip.path.stat().st_size < 1_000_000][:1]
    profile = Profile(4, 1, 224, sampling="stride")
    (pixels, answers), *_ = Clips(small, found.labels, ids, profile).batches(1)
    assert pixels.shape == (1, 4, 3, 224, 224)
    assert answers.tolist() == [ids[small[0].label]]
    assert pixels.std() > 0.2


def test_too_many_bad_clips_end_the_batches_and_all_of_them_are_named(
    sampled: list[Clip], decoded: list[str]
) -> None:
    (sampled[0].path).write_text("<html>")
    clips = make(sampled, most_skipped=0.25)
    with pytest.raises(
        SpoiledRunError, match=r"2 of 4 clips cannot be used, 50 % .* allows 25 %: 2 not a video"
    ):
        list(clips.batches(1))
    assert [each.clip.id for each in clips.skipped] == ["a", "broken"]
    assert decoded == ["a.mp4", "b.mp4", "broken.mp4", "c.mp4"]
    with pytest.raises(SpoiledRunError):
        next(clips.batches(1))
    assert len(decoded) == 4


def test_no_batch_follows_the_clip_that_is_one_too_many(sampled: list[Clip]) -> None:
    clips = make(sampled, most_skipped=0.0)
    batches = clips.batches(1)
    assert [next(batches)[1].tolist() for _ in range(2)] == [[7], [3]]
    with pytest.raises(SpoiledRunError, match="1 of 4 clips"):
        next(batches)
    assert len(clips) == 3


def test_whether_enough_are_usable_can_be_asked_before_any_batch(
    sampled: list[Clip], decoded: list[str]
) -> None:
    with pytest.raises(SpoiledRunError, match="1 of 4 clips"):
        make(sampled, most_skipped=0.0).refuse_spoiled()
    assert len(decoded) == 4
    make(sampled, most_skipped=0.25).refuse_spoiled()


def test_as_many_bad_clips_as_may_be_are_left_out(sampled: list[Clip]) -> None:
    assert len(list(make(sampled, most_skipped=0.25).batches(1))) == 3


def test_clips_may_come_from_functions_folders_and_arrays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames = np.stack(greys([10, 60, 200], noise=9))
    np.save(tmp_path / "clip.npy", frames)
    for number, pixels in enumerate(frames):
        write_picture(tmp_path / "clip" / f"img_{number}.png", pixels)

    def broken() -> object:
        raise KeyError("clip 3")

    clips = [
        Clip("file", "dark", tmp_path / "clip.npy"),
        Clip("folder", "light", tmp_path / "clip"),
        Clip("function", "dark", tmp_path / "archive.h5", lambda: torch.from_numpy(frames)),
        Clip("broken", "dark", tmp_path / "archive.h5", broken),
    ]
    # However many there are: a function is called in this process.
    monkeypatch.setattr(prefetch, "_WORTH_S", 0.0)
    monkeypatch.setattr(prefetch, "_PILOT", 1)
    monkeypatch.setattr(prefetch, "_cores", lambda: 2)
    taken = make(clips, shelf=Shelf(tmp_path / "cache", 10**9))
    first, *others = [pixels for pixels, _ in taken.batches(1)]
    assert len(others) == 2
    assert all(torch.equal(pixels, first) for pixels in others)
    (skipped,) = taken.skipped
    assert skipped.reason == "its function raised KeyError: 'clip 3'"
    assert len(list((tmp_path / "cache").iterdir())) == 2, "what a function returns is not kept"
