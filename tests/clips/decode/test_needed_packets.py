"""Frames decoded sparsely are those of full decoding, to the bit."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest

from pytest_vidcompress.clips.crops.sampling import indices
from pytest_vidcompress.clips.decode.container import opened
from pytest_vidcompress.clips.decode.decode import decode
from pytest_vidcompress.clips.decode.frame_buffer import FrameBuffer
from pytest_vidcompress.clips.decode.needed_packets import decode_needed
from pytest_vidcompress.clips.decode.packet_survey import survey
from tests.clips.decode.footage import film, scene

COUNT = 30


def x264(more: str = "bframes=3:b-adapt=0", **others: Any) -> dict[str, Any]:
    options = {"qp": "30", "threads": "1", "x264-params": f"keyint=12:scenecut=0:{more}"}
    return {"options": options} | others


def x265(more: str) -> dict[str, Any]:
    params = f"bframes=3:b-adapt=0:pools=none:frame-threads=1:log-level=none{more}"
    return {"codec": "libx265", "options": {"x265-params": params}}


FEW_BITS = {"qscale": "8", "bf": "2", "g": "12"}
# Those whose frames come sparsely, and those that are decoded in full.
SPARSE: dict[str, tuple[str, dict[str, Any]]] = {
    "b-frames": ("clip.mp4", x264()),
    "b-pyramid": ("clip.mp4", x264("bframes=5:b-adapt=0:b-pyramid=normal:ref=4")),
    "no b-pyramid": ("clip.mp4", x264("bframes=3:b-adapt=0:b-pyramid=none")),
    "no b-frames": ("clip.mp4", x264("bframes=0")),
    "one group": ("clip.mp4", x264("keyint=250:bframes=3:b-adapt=0")),
    "all keys": ("clip.mp4", x264("keyint=1")),
    "open groups": ("clip.mp4", x264("bframes=3:b-adapt=0:open-gop=1")),
    "weighted": ("clip.mp4", x264("bframes=3:b-adapt=0:weightp=2:direct=temporal")),
    "slices": ("clip.mp4", x264("bframes=3:b-adapt=0:slices=3")),
    "10 bit": ("clip.mp4", x264(pixels="yuv420p10le")),
    "matroska": ("clip.mkv", x264()),
    "start codes": ("clip.ts", x264()),
    "open groups, start codes": ("clip.ts", x264("bframes=3:b-adapt=0:open-gop=1")),
    "fragments": ("clip.mp4", x264(muxing={"movflags": "frag_keyframe+empty_moov"})),
    "refreshed": ("clip.ts", x264("bframes=3:b-adapt=0:intra-refresh=1")),
    "edit list": ("clip.mp4", x264(times=range(-5, 25), muxing={"avoid_negative_ts": "disabled"})),
    "uneven": ("clip.mp4", x264(times=[n * n for n in range(COUNT)])),
    "late": ("clip.mp4", x264(times=range(90, 90 + COUNT))),
    "mpeg-4": ("clip.mp4", {"codec": "mpeg4", "options": FEW_BITS}),
    "mpeg-4 avi": ("clip.avi", {"codec": "mpeg4", "options": FEW_BITS | {"bf": "0"}}),
    "mpeg-2": ("clip.ts", {"codec": "mpeg2video", "fps": 25, "options": FEW_BITS}),
    "mpeg-1": ("clip.mkv", {"codec": "mpeg1video", "fps": 25, "options": FEW_BITS}),
}
FULL: dict[str, tuple[str, dict[str, Any]]] = {
    "interlaced": ("clip.mp4", x264("bframes=3:b-adapt=0:tff=1")),
    "times of decoding": ("clip.avi", x264()),
    "hevc": ("clip.mp4", x265("")),
    "hevc layers": ("clip.mp4", x265(":temporal-layers=3:b-pyramid=1")),
    "vp9": ("clip.webm", {"codec": "libvpx-vp9", "options": {"cpu-used": "8", "deadline": "realtime"}}),
    "vp8": ("clip.webm", {"codec": "libvpx", "options": {"cpu-used": "8", "deadline": "realtime"}}),
    # Not AV1: its encoder gives the calling process real-time priority, and all others starve.
    "mjpeg": ("clip.avi", {"codec": "mjpeg", "pixels": "yuvj420p", "options": {}}),
}


def in_full(path: Path) -> dict[int, npt.NDArray[np.uint8]]:
    """Every frame by a plain loop."""
    with av.open(str(path)) as container:
        frames = container.decode(container.streams.best("video"))
        return {index: frame.to_ndarray(format="rgb24") for index, frame in enumerate(frames)}


def plans(count: int) -> list[Sequence[int]]:
    dice = random.Random(0)
    some = [sorted(dice.choices(range(count), k=dice.randint(2, 9))) for _ in range(15)]
    return [*([index] for index in range(count)), range(count), [count - 1, 0, 0, count // 2], *some]


def comes_sparsely(path: Path, wanted: Sequence[int]) -> bool:
    with opened(path) as (container, stream):
        return decode_needed(stream, survey(container, stream), wanted, FrameBuffer(wanted)) is not None


@pytest.mark.parametrize("name", [*SPARSE, *FULL])
def test_any_frames_are_those_of_full_decoding(name: str, tmp_path: Path) -> None:
    file, how = (SPARSE | FULL)[name]
    path = film(tmp_path / file, scene(COUNT), **how)
    reference = in_full(path)
    assert len(reference) == (25 if name == "edit list" else COUNT)
    assert len({frame.tobytes() for frame in reference.values()}) == len(reference)
    for wanted in plans(len(reference)):
        decoded = decode(path, lambda count, fps, wanted=wanted: wanted)
        assert decoded.count == len(reference)
        for picture, index in zip(decoded.pixels, wanted, strict=True):
            assert np.array_equal(picture, reference[index]), (wanted, index)
        assert comes_sparsely(path, wanted) == (name in SPARSE)


def joined(path: Path) -> Path:
    """Two groups of one encoder and two of another, with other headers; the last group repeats none."""
    pictures, kind = scene(COUNT), path.suffix
    first = film(path.with_name(f"0{kind}"), pictures[:15], times=range(15), **x264("bframes=3:b-adapt=0"))
    # Other quantization matrices: decoded with the wrong ones, pictures are wrong without an error.
    other = x264("bframes=3:b-adapt=0:cqm=jvt")
    second = film(path.with_name(f"1{kind}"), pictures[15:], times=range(18, 33), **other)
    if kind == ".flv":
        # Behind the file's header of 13 bytes are tags, one after another; the headers are one of them.
        path.write_bytes(first.read_bytes() + second.read_bytes()[13:])
        return path
    with av.open(str(path), "w") as container, av.open(str(first)) as a, av.open(str(second)) as b:
        stream = container.add_stream_from_template(a.streams.video[0])
        stream.codec_context.extradata = None
        for packet in [packet for source in (a, b) for packet in source.demux(video=0) if packet.size]:
            if packet.is_keyframe and (packet.pts or 0) >= 31 * 9000:
                bare = re.sub(
                    rb"\x00{2,3}\x01[\x67\x68].*?(?=\x00{2,3}\x01)", b"", bytes(packet), flags=re.DOTALL
                )
                assert 0 < len(bare) < packet.size
                copy = av.Packet(bare)
                copy.pts, copy.dts, copy.time_base = packet.pts, packet.dts, packet.time_base
                copy.is_keyframe = True
                packet = copy
            packet.stream = stream
            container.mux(packet)
    return path


@pytest.mark.parametrize("kind", ["ts", "flv"])
def test_a_stream_whose_headers_change_is_exact(kind: str, tmp_path: Path) -> None:
    path = joined(tmp_path / f"clip.{kind}")
    reference = in_full(path)
    assert len(reference) == COUNT
    for wanted in plans(COUNT):
        pixels = decode(path, lambda count, fps, wanted=wanted: wanted).pixels
        assert np.array_equal(pixels, np.stack([reference[index] for index in wanted])), wanted


@pytest.mark.parametrize("change", ["no times", "equal times", "starts late"])
def test_packets_that_do_not_tell_the_order_are_decoded_in_full(change: str, tmp_path: Path) -> None:
    path = film(tmp_path / "clip.mp4", scene(COUNT), **x264())
    with opened(path) as (container, stream):
        found = survey(container, stream)
        assert found.times() == sorted(packet.pts or 0 for packet in found.packets)
        if change == "no times":
            found.packets[9].pts = None
        elif change == "equal times":
            found.packets[9].pts = found.packets[8].pts
        else:
            found.packets[3].pts = -1
        assert found.times() is None
        assert decode_needed(stream, found, [0], FrameBuffer([0])) is None


def test_what_the_frames_wanted_do_not_need_is_not_decoded(tmp_path: Path) -> None:
    path = film(tmp_path / "clip.mp4", scene(COUNT), **x264())
    reference = in_full(path)
    with opened(path) as (container, stream):
        packets = survey(container, stream).packets
    content = bytearray(path.read_bytes())
    # The whole second group of pictures, and the first's B-frames, which are the small ones.
    small = sorted(range(12), key=lambda number: packets[number].size)[:3]
    for packet in [*(packets[number] for number in small), *packets[12:24]]:
        assert packet.pos is not None
        content[packet.pos + 8 : packet.pos + packet.size] = bytes(packet.size - 8)
    path.write_bytes(content)
    pixels = decode(path, lambda count, fps: (0, 24, 29)).pixels
    assert all(np.array_equal(pixels[place], reference[i]) for place, i in enumerate((0, 24, 29)))


@pytest.mark.parametrize(
    ("more", "first"),
    [("bframes=3:b-adapt=0:open-gop=1", 12), ("bframes=0:intra-refresh=1", 12), ("bframes=0", 5)],
)
def test_a_stream_cut_out_of_another_is_decoded_in_full(more: str, first: int, tmp_path: Path) -> None:
    whole, path = film(tmp_path / "whole.mp4", scene(COUNT), **x264(more)), tmp_path / "clip.mkv"
    with av.open(str(whole)) as source, av.open(str(path), "w") as container:
        stream = container.add_stream_from_template(source.streams.video[0])
        for packet in [packet for packet in source.demux(video=0) if packet.size][first:]:
            packet.stream = stream
            container.mux(packet)
    reference = in_full(path)
    assert 0 < len(reference) < COUNT
    for index in range(len(reference)):
        decoded = decode(path, lambda count, fps, index=index: [min(index, count - 1)])
        assert decoded.count == len(reference)
        if index < decoded.count:
            assert np.array_equal(decoded.pixels[0], reference[index]), index
        assert not comes_sparsely(path, [index])


@pytest.mark.parametrize("clip", ["dAeUFSdYG1I_000010_000020", "ehLnj7pXnYE_000027_000037"])
def test_real_clips_are_exact(clip: str, media: Path) -> None:
    path = media / f"kinetics400/val/{clip}.mp4"
    reference = in_full(path)
    for frames, rate, sampling in ((8, 32, "span"), (16, 4, "stride"), (80, 1, "even")):
        wanted = indices(len(reference), 29.97, frames, rate, sampling)
        pixels = decode(path, lambda count, fps, wanted=wanted: wanted).pixels
        assert np.array_equal(pixels, np.stack([reference[index] for index in wanted]))
        assert comes_sparsely(path, wanted)


@pytest.mark.parametrize(
    "name", ["h264_10bits.mp4", "non_zero_start.mp4", "odd_size_444.mp4", "two_video_streams.mp4", "vp9.webm"]
)
def test_odd_files_are_exact(name: str, media: Path) -> None:
    path = media / "odd" / name
    reference = in_full(path)
    wanted = indices(len(reference), 30.0, 8, 1, "uniform")
    pixels = decode(path, lambda count, fps: wanted).pixels
    assert np.array_equal(pixels, np.stack([reference[index] for index in wanted]))
    assert comes_sparsely(path, wanted) == (name != "vp9.webm")
