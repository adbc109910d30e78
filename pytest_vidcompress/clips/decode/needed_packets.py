"""Decoding only what the frames wanted are made from: the same pixels for about two thirds of the work.

Three kinds of packets never reach the decoder: those that no other frame refers to (B-frames mostly, which
the decoder itself leaves out when told so), those after the last frame wanted, and whole groups of pictures
without a wanted one. None of it is done where a codec or a file gives no certainty that it changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from av.error import FFmpegError
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from .frame_buffer import FrameBuffer
from .packet_survey import Survey

EXACT = frozenset({"h264", "mpeg4", "mpeg2video", "mpeg1video"})
"""Codecs that mark a frame no other refers to. HEVC's mark is about one temporal layer only."""
_IDR, _SPS, _PPS = 5, 7, 8
"""H.264 NAL unit types: a picture that nothing after it looks back across, and the headers of pictures
(ITU-T H.264, table 7-1)."""
_HEADERS = re.compile(rb"\x00\x00\x01(.)", re.DOTALL)
"""First bytes of NAL units behind start codes."""

_Packets = Sequence["Packet[VideoStream]"]


def decode_needed(
    stream: VideoStream, found: Survey, wanted: Sequence[int], frames: FrameBuffer
) -> FrameBuffer | None:
    """Decodes the frames wanted.

    Args:
        stream: not decoded from yet.
        found: its packets.
        wanted: frame indices, in the order they are shown.
        frames: what takes them, empty.

    Returns:
        `frames`, each as full decoding gives it; or None: decode in full.
    """
    context = stream.codec_context
    times = found.times()
    if context.name not in EXACT or times is None or not all(0 <= i < len(times) for i in wanted):
        return None
    groups = list(_groups(context, found.packets))
    if not groups:
        return None
    index_at = {times[index]: index for index in wanted}
    last = None
    try:
        for group in groups:
            for frame in _decode(context, group, index_at):
                # Fields in packets of their own would count twice, and wrong times come out of order.
                if frame.interlaced_frame or frame.pts is None or (last is not None and frame.pts <= last):
                    return None
                last = frame.pts
                if frame.pts in index_at:
                    frames.take(index_at[frame.pts], frame)
    except FFmpegError:
        return None
    return frames if frames.complete and not frames.corrupt else None


def _decode(
    context: VideoCodecContext, group: _Packets, keep: Collection[int | None]
) -> Iterator[VideoFrame]:
    """Decodes a group up to its last packet to keep."""
    last = max((i for i, packet in enumerate(group) if packet.pts in keep), default=None)
    if last is None:
        return
    for packet in group[: last + 1]:
        context.skip_frame = "DEFAULT" if packet.pts in keep else "NONREF"
        yield from context.decode(packet)
    yield from context.decode(None)
    context.flush_buffers()


def _groups(context: VideoCodecContext, packets: _Packets) -> Iterator[_Packets]:
    """Cuts a stream into what can be decoded apart; nothing comes of one that gives no certainty."""
    if any(packet.has_sidedata("new_extradata") for packet in packets):
        return
    if context.name != "h264":
        yield packets
        return
    length_size = _length_size(context.extradata)
    # Behind start codes, pictures rely on the last headers that came by.
    needed = {_IDR} if length_size else {_IDR, _SPS, _PPS}
    keys = [i for i, packet in enumerate(packets) if packet.is_keyframe]
    starts = [i for i in keys if needed <= set(_unit_types(bytes(packets[i]), length_size))]
    if starts and starts[0] == 0:
        for start, end in zip(starts, [*starts[1:], len(packets)], strict=True):
            yield packets[start:end]


def _length_size(extradata: bytes | None) -> int:
    """Bytes of the length before each NAL unit; zero if start codes part them (ISO/IEC 14496-15, 5.3.3.1)."""
    return (extradata[4] & 3) + 1 if extradata and len(extradata) > 4 and extradata[0] == 1 else 0


def _unit_types(packet: bytes, length_size: int) -> Iterator[int]:
    if length_size == 0:
        yield from (header[0] & 31 for header in _HEADERS.findall(packet))
        return
    position = 0
    while position + length_size < len(packet):
        yield packet[position + length_size] & 31
        position += length_size + int.from_bytes(packet[position : position + length_size], "big")
