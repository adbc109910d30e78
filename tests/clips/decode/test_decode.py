from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import av
import numpy as np
import pytest

from pytest_vidcompress.clips.decode.decode import Decoded, Plan, Undecodable, decode

WriteVideo = Callable[..., Path]
LEVELS = list(range(0, 200, 20))


def every(count: int, fps: float) -> Sequence[int]:
    return range(count)


def those(*wanted: int) -> Plan:
    return lambda count, fps: wanted


def levels_of(decoded: Decoded) -> list[int]:
    """The grey of each frame, rounded to the step that the clip was written with."""
    return [round(float(np.median(frame)) / 20) * 20 for frame in decoded.pixels]


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "avi"])
def test_every_frame_comes_in_order(suffix: str, tmp_path: Path, write_video: WriteVideo) -> None:
    decoded = decode(write_video(tmp_path / f"clip.{suffix}", LEVELS), every)
    assert levels_of(decoded) == LEVELS
    assert decoded.count == 10
    assert decoded.fps == 10.0
    assert decoded.pixels.dtype == np.uint8
    assert decoded.pixels.shape == (10, 48, 64, 3)


def test_only_the_frames_wanted_come_and_repeat(tmp_path: Path, write_video: WriteVideo) -> None:
    decoded = decode(write_video(tmp_path / "clip.mp4", LEVELS), those(2, 5, 5, 9))
    assert levels_of(decoded) == [40, 100, 100, 180]


def test_greys_are_exact_to_a_level(tmp_path: Path, write_video: WriteVideo) -> None:
    pixels = decode(write_video(tmp_path / "clip.mp4", [0, 77, 200]), every).pixels
    assert np.abs(pixels[:, -1].astype(int) - np.array([0, 77, 200])[:, None, None]).max() <= 1


def test_the_plan_learns_count_and_rate(tmp_path: Path, write_video: WriteVideo) -> None:
    asked: list[tuple[int, float]] = []

    def plan(count: int, fps: float) -> Sequence[int]:
        asked.append((count, fps))
        return [0]

    decode(write_video(tmp_path / "clip.mkv", [10] * 7, fps=25), plan)
    assert asked == [(7, 25.0)]


def test_a_strange_file_name_is_a_file_name(
    tmp_path: Path, write_video: WriteVideo, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_video(tmp_path / "-a_b.mp4").rename(tmp_path / "http:-%03d é.mp4")
    monkeypatch.chdir(tmp_path)
    assert decode(Path("http:-%03d é.mp4"), those(3)).pixels.shape == (1, 48, 64, 3)


@pytest.mark.parametrize(("rotation", "shape", "white"), [(90, (64, 48), "left"), (180, (48, 64), "bottom")])
def test_rotated_videos_come_upright(
    rotation: int, shape: tuple[int, int], white: str, tmp_path: Path, write_video: WriteVideo
) -> None:
    picture = decode(write_video(tmp_path / "clip.mp4", [0] * 3, rotation=rotation), those(0)).pixels[0]
    assert picture.shape[:2] == shape
    edges = {"left": picture[:, 0], "bottom": picture[-1], "top": picture[0], "right": picture[:, -1]}
    assert max(edges, key=lambda edge: edges[edge].mean()) == white


def test_files_without_video_say_why(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "page.mp4").write_text("<html>404</html>")
    with av.open(str(tmp_path / "sound.mp4"), "w") as container:
        stream = container.add_stream("aac", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 8000
        container.mux([*stream.encode(frame), *stream.encode()])
    reasons = {"gone.mp4": "missing", "empty.mp4": "empty", "page.mp4": "not a video"}
    reasons |= {"sound.mp4": "no video stream", ".": "not a file"}
    for name, reason in reasons.items():
        with pytest.raises(Undecodable, match=reason):
            decode(tmp_path / name, every)


@pytest.mark.parametrize("faststart", [True, False])
def test_a_file_cut_off_is_refused_even_where_its_start_would_do(
    faststart: bool, tmp_path: Path, write_video: WriteVideo
) -> None:
    path = write_video(tmp_path / "clip.mp4", [100] * 30, noise=30, faststart=faststart)
    whole = path.read_bytes()
    for kept in (len(whole) // 2, len(whole) - 900):
        path.write_bytes(whole[:kept])
        with pytest.raises(Undecodable, match=r"cut off|no video stream"):
            decode(path, those(0))


def test_damaged_frames_are_refused_where_they_are_wanted(tmp_path: Path, write_video: WriteVideo) -> None:
    path = write_video(tmp_path / "clip.mp4", [100] * 30, noise=30, faststart=True)
    content = bytearray(path.read_bytes())
    start = content.find(b"mdat") + len(content) // 2
    for position in range(start, start + 4000, 7):
        content[position] ^= 0x55
    path.write_bytes(content)
    assert len(decode(path, those(0, 1)).pixels) == 2
    with pytest.raises(Undecodable, match="damaged"):
        decode(path, every)


def test_real_kinetics_clips_decode(media: Path) -> None:
    path = media / "kinetics400/val/dAeUFSdYG1I_000010_000020.mp4"
    decoded = decode(path, those(0, 5))
    with av.open(str(path)) as container:
        reference = [
            f.to_ndarray(format="rgb24") for f, _ in zip(container.decode(video=0), range(6), strict=False)
        ]
    assert decoded.count == 300
    assert decoded.fps == pytest.approx(29.97, abs=0.01)
    assert np.array_equal(decoded.pixels, np.stack([reference[0], reference[5]]))


@pytest.mark.parametrize(
    ("name", "shape", "count"),
    [
        ("h264_10bits.mp4", (200, 200), 30),
        ("non_zero_start.mp4", (112, 200), 12),
        ("odd_size_444.mp4", (241, 321), 25),
        ("rotated.mp4", (480, 270), 17),
        ("two_video_streams.mp4", (270, 480), 390),
    ],
)
def test_odd_files_decode(name: str, shape: tuple[int, int], count: int, media: Path) -> None:
    decoded = decode(media / "odd" / name, those(0, 3))
    assert (decoded.pixels.shape[1:3], decoded.count) == (shape, count)
    assert not np.array_equal(decoded.pixels[0], decoded.pixels[1])


def test_a_real_corrupt_file_is_refused(media: Path) -> None:
    with pytest.raises(Undecodable, match="after 28 frames"):
        decode(media / "odd/corrupted.mp4", every)
