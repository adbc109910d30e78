"""Folders of pictures as data sets have them."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from pytest_vidcompress.clips.decode.decode import Decoded, decode
from pytest_vidcompress.clips.faults import Fault, Undecodable
from tests.clips.decode.footage import greys
from tests.clips.decode.pictures import write_picture

LEVELS = (0, 60, 120, 180, 240)


def folder(path: Path, names: str, levels: Sequence[int] = LEVELS, first: int = 1) -> Path:
    for number, pixels in enumerate(greys(levels), first):
        write_picture(path / names.format(number), pixels)
    return path


def every(count: int, fps: float) -> Sequence[int]:
    return range(count)


def levels_of(decoded: Decoded) -> list[int]:
    return [round(float(np.median(frame)) / 60) * 60 for frame in decoded.pixels]


@pytest.mark.parametrize(
    "names", ["img_{:05d}.jpg", "image_{:05d}.png", "frame{:d}.jpeg", "{:06d}.JPG", "my clip.1 {:03d}.png"]
)
def test_pictures_are_frames_in_the_order_of_their_numbers(names: str, tmp_path: Path) -> None:
    decoded = decode(folder(tmp_path / "clip", names, first=8), every)
    assert levels_of(decoded) == [*LEVELS]
    assert (decoded.pixels.shape, decoded.count, decoded.fps) == ((5, 48, 64, 3), 5, 30.0)
    assert decoded.pixels[0, 0].min() > 250, "the upper edge is white"


def test_png_is_exact_and_jpeg_nearly(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (48, 64, 3), dtype=np.uint8)
    smooth = np.stack([np.arange(64, dtype=np.uint8)[None].repeat(48, 0) * k for k in (1, 2, 3)], -1)
    for name, picture, apart in (("a.png", pixels, 0), ("a.jpg", smooth, 3)):
        write_picture(tmp_path / name[2:] / f"img_1.{name[2:]}", picture)
        (frame,) = decode(tmp_path / name[2:], every).pixels
        assert np.abs(frame.astype(int) - picture).max() <= apart


def test_only_pictures_that_are_wanted_are_read(tmp_path: Path) -> None:
    clip = folder(tmp_path, "img_{:05d}.jpg")
    (clip / "img_00002.jpg").write_bytes(b"")
    decoded = decode(clip, lambda count, fps: [4, 0, 0])
    assert levels_of(decoded) == [240, 0, 0]
    assert decoded.indices == [4, 0, 0]


def test_optical_flow_and_other_files_are_passed_over(tmp_path: Path) -> None:
    clip = folder(tmp_path, "img_{:05d}.jpg")
    for names in ("flow_x_{:05d}.jpg", "flow_y_{:05d}.jpg", "x_{:05d}.jpg", "._img_{:05d}.jpg"):
        folder(tmp_path, names, [9] * 7)
    (clip / "notes1.txt").write_text("to do")
    (clip / "cover.jpg").write_bytes(b"no number")
    assert levels_of(decode(clip, every)) == [*LEVELS]


def large_png(path: Path, width: int, height: int) -> Path:
    header = b"IHDR" + struct.pack(">2I5B", width, height, 8, 0, 0, 0, 0)
    rows = b"IDAT" + zlib.compress(bytes(width + 1) * 9)
    chunks = b"".join(
        struct.pack(">I", len(each) - 4) + each + struct.pack(">I", zlib.crc32(each))
        for each in (header, rows)
    )
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunks)
    return path


@pytest.mark.parametrize(
    ("spoil", "kind", "said"),
    [
        (lambda clip: (clip / "img_2.jpg").write_bytes(b""), Fault.EMPTY, "empty"),
        (lambda clip: (clip / "img_2.jpg").write_text("<html>"), Fault.NOT_A_VIDEO, "img_2.jpg is neither"),
        (
            lambda clip: (clip / "img_2.jpg").write_bytes((clip / "img_1.jpg").read_bytes()[:200]),
            Fault.CORRUPT_FRAMES,
            "damaged",
        ),
        (
            lambda clip: large_png(clip / "img_2.jpg", 90_000, 90_000),
            Fault.CORRUPT_FRAMES,
            "damaged or too large",
        ),
        (
            lambda clip: folder(clip, "other_{}.jpg"),
            Fault.NOT_A_VIDEO,
            "several series .* img_1.jpg, other_1.jpg",
        ),
        (lambda clip: folder(clip, "img_{:03d}.jpg", [9]), Fault.NOT_A_VIDEO, "two pictures of one number"),
    ],
)
def test_what_is_wrong_is_said(spoil, kind: Fault, said: str, tmp_path: Path) -> None:
    clip = folder(tmp_path, "img_{}.jpg")
    spoil(clip)
    with pytest.raises(Undecodable, match=said) as caught:
        decode(clip, every)
    assert caught.value.kind is kind


def test_a_folder_without_pictures_says_so(tmp_path: Path) -> None:
    with pytest.raises(Undecodable, match="no folder of numbered pictures") as caught:
        decode(tmp_path, every)
    assert caught.value.kind is Fault.UNREADABLE
