"""Files as people have them, good and bad, built in about a second, each with what is to come of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.stream import Disposition

from pytest_vidcompress.clips.faults import Fault
from tests.clips.decode.footage import LEVELS, film, flat, greys

Make = Callable[[Path], object]

B_FRAMES = {"x264-params": "bframes=3:b-adapt=0:keyint=250", "threads": "1", "crf": "1"}
FASTSTART = {"movflags": "+faststart"}
FRAGMENTED = {"movflags": "frag_keyframe+empty_moov"}


@dataclass(frozen=True)
class Case:
    """One file."""

    name: str
    """Its file name."""
    make: Make
    levels: Sequence[int] = LEVELS
    """The greys of its frames, if it is good."""
    fault: Fault | None = None
    reason: str = ""
    """Part of the reason, if it is bad."""
    size: tuple[int, int] = (48, 64)
    """Height and width of its frames, upright."""
    fps: float = 10.0


def filmed(levels: Sequence[int] = LEVELS, **how: Any) -> Make:
    return lambda path: film(path, greys(levels), **how)


def content(data: bytes) -> Make:
    return lambda path: path.write_bytes(data)


def changed(change: Callable[[bytes], bytes], **how: Any) -> Make:
    """A film with noise in it, so that it has some bytes, and then `change`."""

    def make(path: Path) -> None:
        film(path, greys([100] * 20, noise=20), **how)
        path.write_bytes(change(path.read_bytes()))

    return make


def cut(part: float = 1.0, less: int = 0) -> Callable[[bytes], bytes]:
    return lambda data: data[: int(part * len(data)) - less]


def flipped(data: bytes) -> bytes:
    """Bits flipped in the frames alone."""
    flips = np.frombuffer(data, np.uint8).copy()
    start = data.find(b"mdat") + len(data) // 4
    flips[start : start + len(data) // 2 : 97] ^= 0x55
    return flips.tobytes()


def blanked(data: bytes) -> bytes:
    """The length is right, as of a download by parts, but the frames never came."""
    start, end = data.find(b"mdat") + 4, data.find(b"moov") - 4
    return data[:start] + bytes(end - start) + data[end:]


def between_frames(path: Path) -> None:
    """Ends right behind a frame: no packet is incomplete."""
    film(path, greys([100] * 20, noise=20), muxing=FASTSTART)
    with av.open(str(path)) as container:
        ends = [(packet.pos or 0) + packet.size for packet in container.demux(video=0)]
    path.write_bytes(path.read_bytes()[: ends[11]])


def two_streams(path: Path) -> None:
    film(path, greys(LEVELS, noise=2), before=greys([200] * 10, width=32, height=24))


def sound(path: Path, cover: bool = False) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libmp3lame" if cover else "aac", rate=8000)
        if cover:
            picture = container.add_stream("mjpeg", rate=1)
            picture.width, picture.height, picture.pix_fmt = 64, 48, "yuvj420p"
            picture.disposition = Disposition.attached_pic
            container.mux(picture.encode(av.VideoFrame.from_ndarray(greys([9])[0], format="rgb24")))
            container.mux(picture.encode())
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.float32), "fltp", "mono")
        frame.sample_rate = 8000
        container.mux([*stream.encode(frame), *stream.encode()])


def thumbnail(path: Path) -> None:
    film(
        path,
        greys([50]),
        codec="mjpeg",
        pixels="yuvj420p",
        options={},
        kind="image2",
        muxing={"update": "1"},
    )


def without_frames(path: Path) -> None:
    with av.open(str(path), "w", options=dict(FRAGMENTED)) as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        container.start_encoding()


def latin(path: Path) -> None:
    film(path, greys(LEVELS), title="Pippi L@ngstrump")
    path.write_bytes(path.read_bytes().replace(b"L@ng", b"L\xe5ng"))


GOOD = (
    Case("clip.mp4", filmed()),
    Case("b-frames.mp4", filmed(options=B_FRAMES)),
    Case("one frame.mp4", filmed([120]), [120]),
    Case("five frames.mp4", filmed([120, 60, 0, 60, 120]), [120, 60, 0, 60, 120]),
    Case("no count.mkv", filmed()),
    Case("no count.ts", filmed(options=B_FRAMES)),
    Case("no count.mpg", filmed(codec="mpeg2video", fps=25, options={"bf": "2", "qscale": "2"}), fps=25.0),
    Case("no count.mp4", filmed(muxing=FRAGMENTED)),
    Case("no count.webm", filmed(codec="libvpx-vp9", options={"cpu-used": "8", "deadline": "realtime"})),
    Case(
        "hevc.mp4", filmed(codec="libx265", options={"x265-params": "lossless=1:pools=none:log-level=none"})
    ),
    Case("uneven.mp4", filmed(times=[0, 1, 2, 3, 5, 8, 13, 14, 15, 20]), fps=100 / 21),
    Case("late.mp4", filmed(times=range(50, 60))),
    Case("late.ts", filmed(muxing={"output_ts_offset": "20"})),
    Case(
        "odd size.mp4", lambda p: film(p, greys(LEVELS, width=65, height=49), pixels="yuv444p"), size=(49, 65)
    ),
    Case("10 bit.mp4", filmed(pixels="yuv420p10le")),
    Case("full range.mp4", filmed(pixels="yuvj420p")),
    Case("rotated.mp4", filmed(rotation=90), size=(64, 48)),
    Case("rotated.mov", filmed(rotation=-90), size=(64, 48)),
    Case("two streams.mp4", two_streams),
    Case("with sound.mp4", filmed(sound=True)),
    Case("latin-1.mp4", latin),
    Case("latin-1.avi", latin),
    Case("-dash.mp4", filmed()),
    Case("http:-%03d é 'quoted' (x).mp4", filmed()),
    Case("edit list.mp4", filmed(times=range(-3, 7), muxing={"avoid_negative_ts": "disabled"}), LEVELS[3:]),
    Case(
        "edit list, b-frames.mp4",
        filmed(times=range(-3, 7), muxing={"avoid_negative_ts": "disabled"}, options=B_FRAMES),
        LEVELS[3:],
    ),
    Case("b-frames.avi", filmed(options=B_FRAMES)),
    Case("b-frames mpeg-4.avi", filmed(codec="mpeg4", options={"bf": "2", "qscale": "1"})),
    Case("mp4 by another name.avi", filmed(kind="mp4")),
    Case("junk behind.mp4", changed(lambda data: data + b"\xff" * 500, muxing=FASTSTART), [100] * 20),
)
BAD = (
    Case("missing.mp4", lambda path: None, fault=Fault.MISSING),
    Case("folder.mp4", Path.mkdir, fault=Fault.UNREADABLE, reason="not a file"),
    Case("empty.mp4", content(b""), fault=Fault.EMPTY),
    Case("page.mp4", content(b"<!DOCTYPE html><html>Not found</html>"), fault=Fault.NOT_A_VIDEO),
    Case("text.mp4", content(b"ERROR: Private video\n"), fault=Fault.NOT_A_VIDEO),
    Case("pointer.mp4", content(b"version https://git-lfs.github.com/spec/v1\n"), fault=Fault.NOT_A_VIDEO),
    Case("noise.mp4", content(np.random.default_rng(3).bytes(5000)), fault=Fault.NOT_A_VIDEO),
    Case("zeros.mp4", content(bytes(5000)), fault=Fault.NOT_A_VIDEO),
    Case("._clip.mp4", content(b"\0\5\x16\7\0\2\0\0Mac OS X".ljust(4096, b"\0")), fault=Fault.NOT_A_VIDEO),
    Case("thumbnail.mp4", thumbnail, fault=Fault.NOT_A_VIDEO, reason="a picture"),
    Case("list.mp4", content(b"ffconcat version 1.0\nfile clip.mp4\n"), fault=Fault.NOT_A_VIDEO),
    Case("half, index behind.mp4", changed(cut(0.5)), fault=Fault.TRUNCATED, reason="before its index"),
    Case("all but 1 kB.mp4", changed(cut(less=1000)), fault=Fault.TRUNCATED, reason="before its index"),
    Case(
        "half, index first.mp4", changed(cut(0.5), muxing=FASTSTART), fault=Fault.TRUNCATED, reason="after 10"
    ),
    Case("all but 9 bytes.mp4", changed(cut(less=9), muxing=FASTSTART), fault=Fault.TRUNCATED),
    Case("between frames.mp4", between_frames, fault=Fault.TRUNCATED, reason="after 12"),
    Case("half, in fragments.mp4", changed(cut(0.5), muxing=FRAGMENTED), fault=Fault.TRUNCATED),
    Case("half.mkv", changed(cut(0.5)), fault=Fault.TRUNCATED),
    Case("half.webm", changed(cut(0.5), codec="libvpx", options={"cpu-used": "8"}), fault=Fault.TRUNCATED),
    Case("half.avi", changed(cut(0.5)), fault=Fault.TRUNCATED),
    Case("half.flv", changed(cut(0.5)), fault=Fault.TRUNCATED),
    Case("half.ts", changed(cut(0.5)), fault=Fault.CORRUPT_FRAMES),
    Case("flipped bits.mp4", changed(flipped, options=B_FRAMES), fault=Fault.CORRUPT_FRAMES),
    Case("blank.mp4", changed(blanked), fault=Fault.CORRUPT_FRAMES, reason="after 0 frames"),
    Case("sound.mp4", sound, fault=Fault.NO_VIDEO_STREAM),
    Case("sound with cover.mp3", lambda path: sound(path, cover=True), fault=Fault.NO_VIDEO_STREAM),
    Case("subtitles.mp4", content(b"1\n00:00:01,000 --> 00:00:02,000\nhi\n"), fault=Fault.NO_VIDEO_STREAM),
    Case(
        "unknown codec.mp4",
        changed(lambda data: data.replace(b"avc1", b"zzzz")),
        fault=Fault.NO_VIDEO_STREAM,
        reason="known codec",
    ),
    Case("no frames.mp4", without_frames, fault=Fault.TOO_SHORT),
    Case("large.mp4", lambda path: flat(path, 8192, 4368, 1), fault=Fault.TOO_LARGE, reason="8192 x 4368"),
)


def build(folder: Path) -> dict[str, Path]:
    """Makes every file of the corpus; by name."""
    for case in (*GOOD, *BAD):
        case.make(folder / case.name)
    return {case.name: folder / case.name for case in (*GOOD, *BAD)}
