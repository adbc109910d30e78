from __future__ import annotations

import dataclasses
import os
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_vidcompress.clips.crops.cached import cached_crop
from pytest_vidcompress.clips.crops.crops import crops_of
from pytest_vidcompress.clips.crops.disk_cache import Shelf
from pytest_vidcompress.clips.faults import Undecodable
from pytest_vidcompress.clips.profile import CropSpec, Profile, Views

WriteVideo = Callable[..., Path]
PROFILE = Profile(4, 1, 32, sampling="even")
SPEC = PROFILE.crop_spec


class Spy:
    """Decodes, and notes what."""

    def __init__(self) -> None:
        self.seen: list[Path] = []

    def __call__(self, path: Path, spec: CropSpec) -> torch.Tensor:
        self.seen.append(path)
        return crops_of(path, spec)


def shelf_in(folder: Path, limit: int = 10**9) -> Shelf:
    return Shelf(folder, limit)


def test_the_crops_are_the_frames_of_the_profile(tmp_path: Path, write_video: WriteVideo) -> None:
    crops = cached_crop(write_video(tmp_path / "clip.mp4", range(0, 200, 20)), SPEC)
    assert crops.dtype == torch.uint8
    assert crops.shape == (1, 4, 3, 32, 32)
    assert crops[0, :, :, 16:].float().mean((1, 2, 3)).tolist() == pytest.approx([0, 60, 120, 180], abs=1)
    assert list(tmp_path.iterdir()) == [tmp_path / "clip.mp4"]


def test_a_clip_is_decoded_once(tmp_path: Path, write_video: WriteVideo) -> None:
    path, folder, decode = write_video(tmp_path / "clip.mp4"), tmp_path / "deep" / "cache", Spy()
    first, again = (cached_crop(path, SPEC, shelf_in(folder), decode) for _ in range(2))
    renamed = cached_crop(path.rename(tmp_path / "other.mp4"), SPEC, shelf_in(folder), decode)
    assert torch.equal(first, again)
    assert torch.equal(first, renamed)
    assert decode.seen == [path]
    assert len(list(folder.iterdir())) == 1


def test_what_decides_the_pixels_decides_the_entry(tmp_path: Path, write_video: WriteVideo) -> None:
    path, folder, decode = write_video(tmp_path / "clip.mp4"), tmp_path / "cache", Spy()
    changes = (
        {},
        {"frames": 3},
        {"rate": 2},
        {"size": 16},
        {"sampling": "stride"},
        {"views": Views(2, 3)},
        {"chosen": (0, 2)},
    )
    others = ({"views": Views(2, 3), "middle": "ceil"}, {"resize": 40}, {"chosen": (0, 2)})
    for changed in (*changes, *others):
        spec = dataclasses.replace(SPEC, **changed)
        crops = [cached_crop(path, spec, shelf_in(folder), decode) for _ in range(2)]
        assert torch.equal(*crops)
        assert torch.equal(crops[0], crops_of(path, spec))
    assert len(decode.seen) == len(list(folder.iterdir())) == 9
    for same in ({"mean": (0.0, 0.0, 0.0)}, {"layout": "BCTHW"}, {"published": Views(5, 3)}):
        cached_crop(path, dataclasses.replace(PROFILE, **same).crop_spec, shelf_in(folder), decode)
    assert len(decode.seen) == 9


def test_a_changed_file_misses(tmp_path: Path, write_video: WriteVideo) -> None:
    path, folder = write_video(tmp_path / "clip.mp4", [10] * 9), tmp_path / "cache"
    before = cached_crop(path, SPEC, shelf_in(folder))
    after = cached_crop(write_video(path, [50] * 9), SPEC, shelf_in(folder))
    assert not torch.equal(before, after)
    assert torch.equal(after, crops_of(path, SPEC))


def test_a_file_replaced_while_it_was_decoded_leaves_no_entry(
    tmp_path: Path, write_video: WriteVideo
) -> None:
    path, folder = write_video(tmp_path / "clip.mp4", [10] * 9), tmp_path / "cache"

    def replaced_first(path: Path, spec: CropSpec) -> torch.Tensor:
        return crops_of(write_video(path, [50] * 12), spec)

    cached_crop(path, SPEC, shelf_in(folder), replaced_first)
    assert not folder.exists()


@pytest.fixture(scope="module")
def entry(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, torch.Tensor]:
    """A video, its entry and its crops."""
    from tests.clips.conftest import _write  # pyright: ignore[reportPrivateUsage]

    path = _write(tmp_path_factory.mktemp("video") / "clip.mp4", noise=20)
    folder = tmp_path_factory.mktemp("cache")
    crops = cached_crop(path, SPEC, shelf_in(folder))
    (kept,) = folder.iterdir()
    return path, kept, crops


@settings(max_examples=150)
@given(data=st.data())
def test_a_damaged_entry_is_written_anew(entry: tuple[Path, Path, torch.Tensor], data: st.DataObject) -> None:
    path, kept, crops = entry
    sound = kept.read_bytes()
    damaged = bytearray(sound)
    place = data.draw(st.integers(0, len(sound) - 1))
    match data.draw(st.sampled_from(["flip", "cut", "zeros", "longer", "swap"])):
        case "flip":
            damaged[place] ^= 1 << data.draw(st.integers(0, 7))
        case "cut":
            del damaged[place:]
        case "zeros":  # what a file system may leave after a crash
            damaged[place:] = bytes(len(sound) - place)
        case "longer":
            damaged += b"x"
        case _:
            damaged = damaged[place:] + damaged[:place]
    kept.write_bytes(damaged)
    decode = Spy()
    assert torch.equal(cached_crop(path, SPEC, shelf_in(kept.parent), decode), crops)
    assert torch.equal(cached_crop(path, SPEC, shelf_in(kept.parent), decode), crops)
    assert decode.seen == ([] if bytes(damaged) == sound else [path])
    assert kept.read_bytes() == sound
    assert list(kept.parent.iterdir()) == [kept]


def test_the_entry_of_another_clip_is_not_taken(tmp_path: Path, write_video: WriteVideo) -> None:
    folder = tmp_path / "cache"
    for name, grey in (("a", 10), ("b", 200)):
        cached_crop(write_video(tmp_path / f"{name}.mp4", [grey] * 3), SPEC, shelf_in(folder))
    one, other = folder.iterdir()
    one.write_bytes(other.read_bytes())
    for name in "ab":
        path = tmp_path / f"{name}.mp4"
        assert torch.equal(cached_crop(path, SPEC, shelf_in(folder)), crops_of(path, SPEC))


def test_a_folder_that_cannot_be_written_is_warned_of_once(tmp_path: Path, write_video: WriteVideo) -> None:
    path, folder = write_video(tmp_path / "clip.mp4"), tmp_path / "file" / "cache"
    (tmp_path / "file").touch()
    with pytest.warns(UserWarning, match="decoded clips are not kept") as caught:
        crops = [cached_crop(path, SPEC, shelf_in(folder)) for _ in range(2)]
    assert len(caught) == 1
    assert torch.equal(*crops)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_only_be_read_is_read(tmp_path: Path, write_video: WriteVideo) -> None:
    path, folder, decode = write_video(tmp_path / "clip.mp4"), tmp_path / "cache", Spy()
    for _ in range(2):
        cached_crop(path, SPEC, shelf_in(folder), decode)
        folder.chmod(0o500)
    assert decode.seen == [path]


def test_a_clip_that_cannot_be_decoded_leaves_no_entry(tmp_path: Path) -> None:
    (tmp_path / "page.mp4").write_text("<html>")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name, reason in (("page.mp4", "not a video"), ("gone.mp4", "missing")):
            with pytest.raises(Undecodable, match=reason):
                cached_crop(tmp_path / name, SPEC, shelf_in(tmp_path / "cache"))
    assert not (tmp_path / "cache").exists()
