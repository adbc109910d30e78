from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from pytest_vidcompress.clips import cache
from pytest_vidcompress.clips.cache import cached_crop
from pytest_vidcompress.clips.decode import Undecodable
from pytest_vidcompress.clips.profile import Profile

WriteVideo = Callable[..., Path]
PROFILE = Profile(4, 1, 32, sampling="even")


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The videos that were decoded, in order."""
    seen: list[Path] = []
    decode = cache.decode

    def spy(path: Path, plan: Callable[..., tuple[int, ...]]) -> object:
        seen.append(path)
        return decode(path, plan)

    monkeypatch.setattr(cache, "decode", spy)
    return seen


def test_the_crops_are_the_frames_of_the_profile(tmp_path: Path, write_video: WriteVideo) -> None:
    crops = cached_crop(write_video(tmp_path / "clip.mp4", range(0, 200, 20)), PROFILE, None)
    assert crops.dtype == torch.uint8
    assert crops.shape == (4, 3, 32, 32)
    assert crops[:, :, 16:].float().mean((1, 2, 3)).tolist() == pytest.approx([0, 60, 120, 180], abs=1)
    assert list(tmp_path.iterdir()) == [tmp_path / "clip.mp4"]


def test_a_clip_is_decoded_once(tmp_path: Path, write_video: WriteVideo, decoded: list[Path]) -> None:
    path, folder = write_video(tmp_path / "clip.mp4"), tmp_path / "deep" / "cache"
    first, again = (cached_crop(path, PROFILE, folder) for _ in range(2))
    renamed = cached_crop(path.rename(tmp_path / "other.mp4"), PROFILE, folder)
    assert torch.equal(first, again)
    assert torch.equal(first, renamed)
    assert decoded == [path]
    assert [entry.suffix for entry in folder.iterdir()] == [".safetensors"]


def test_what_decides_the_pixels_decides_the_entry(
    tmp_path: Path, write_video: WriteVideo, decoded: list[Path]
) -> None:
    path, folder = write_video(tmp_path / "clip.mp4"), tmp_path / "cache"
    for changed in ({}, {"frames": 3}, {"rate": 2}, {"size": 16}, {"sampling": "stride"}):
        cached_crop(path, dataclasses.replace(PROFILE, **changed), folder)
    cached_crop(write_video(tmp_path / "clip.mp4", [50] * 9), PROFILE, folder)
    assert len(decoded) == len(list(folder.iterdir())) == 6
    cached_crop(path, dataclasses.replace(PROFILE, mean=(0.0, 0.0, 0.0)), folder)
    assert len(decoded) == 6


@pytest.mark.parametrize("damage", ["cut", "empty", "foreign", "shape"])
def test_a_damaged_entry_is_written_anew(
    damage: str, tmp_path: Path, write_video: WriteVideo, decoded: list[Path]
) -> None:
    from safetensors.torch import save

    path, folder = write_video(tmp_path / "clip.mp4"), tmp_path / "cache"
    good = cached_crop(path, PROFILE, folder)
    (entry,) = folder.iterdir()
    content = {"cut": entry.read_bytes()[:-9], "empty": b"", "foreign": b"hello" * 99}
    content["shape"] = save({"crop": torch.zeros(3, dtype=torch.uint8)})
    entry.write_bytes(content[damage])
    assert torch.equal(cached_crop(path, PROFILE, folder), good)
    assert torch.equal(cached_crop(path, PROFILE, folder), good)
    assert len(decoded) == 2
    assert list(folder.iterdir()) == [entry]


def test_a_folder_that_cannot_be_written_is_warned_of_once(tmp_path: Path, write_video: WriteVideo) -> None:
    path, folder = write_video(tmp_path / "clip.mp4"), tmp_path / "file" / "cache"
    (tmp_path / "file").touch()
    with pytest.warns(UserWarning, match="decoded clips are not kept") as caught:
        crops = [cached_crop(path, PROFILE, folder) for _ in range(2)]
    assert len(caught) == 1
    assert torch.equal(*crops)


def test_a_clip_that_cannot_be_decoded_leaves_no_entry(tmp_path: Path) -> None:
    (tmp_path / "page.mp4").write_text("<html>")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name, reason in (("page.mp4", "not a video"), ("gone.mp4", "missing")):
            with pytest.raises(Undecodable, match=reason):
                cached_crop(tmp_path / name, PROFILE, tmp_path / "cache")
    assert not (tmp_path / "cache").exists()
