"""What a video stream holds, learned from its packets without decoding any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.video.stream import VideoStream

from ..faults import Fault, Undecodable
from .container import packets
from .frames import FALLBACK_FPS
from .limits import refuse_large
from .truncation import ends_early

_SLACK = 0.25
"""How far a header's frame rate may be from that of the times, which of few frames tell it less well."""
_KEPT_BYTES = 64 << 20
"""Packets of a larger stream are not kept; ten seconds of Kinetics are one to four million bytes."""


@dataclass(frozen=True)
class Survey:
    """The packets of a stream."""

    count: int
    """Frames, those left out that an edit list hides."""
    fps: float
    """Average frames per second."""
    packets: tuple[Packet[VideoStream], ...]
    """In decoding order, one a frame; none where they are too large to keep."""
    reorders: bool
    """Whether the decoder has to be ready for frames that are shown in another order."""
    begins_whole: bool
    """Whether no frame at its beginning lacks what it refers to: it was not cut out of the middle of another."""

    @property
    def is_certain(self) -> bool:
        """Whether as many frames will decode as there are packets, if nothing is damaged."""
        return self.begins_whole and (not self.packets or self.times() is not None)

    def times(self) -> Sequence[int] | None:
        """When each frame is shown: ascending, so that a frame's index is its place here.

        Returns:
            None where the packets do not tell: some have no time or share one, the times are those of
            decoding, as in avi files, or the stream begins in the middle, with frames that lack what they
            refer to.
        """
        times = [packet.pts for packet in self.packets if packet.pts is not None]
        shown = sorted(p.pts for p in self.packets if p.pts is not None and not p.is_discard)
        tells = (
            bool(shown)
            and len(set(times)) == len(self.packets)
            and self.packets[0].is_keyframe
            and times[0] == min(times)
            and not (self.reorders and times == sorted(times) and len(times) > 1)
        )
        return shown if tells else None


def survey(container: InputContainer, stream: VideoStream) -> Survey:
    """Reads all packets of a stream.

    Headers are not believed, except where they promise more frames than there are.

    Raises:
        Undecodable: the stream is cut off, has no frames, or too many or too large ones.
    """
    size = stream.codec_context.width, stream.codec_context.height
    refuse_large(*size)
    tally = _Tally()
    try:
        for packet in packets(container, stream):
            if packet.size > 0:
                tally.add(packet)
    except FFmpegError as error:
        raise Undecodable(f"cut off after {tally.count} frames", Fault.TRUNCATED) from error
    if _is_cut(container, stream, tally):
        raise Undecodable(f"cut off after {tally.count} frames", Fault.TRUNCATED)
    if tally.count == 0:
        raise Undecodable("no frames in its video stream", Fault.TOO_SHORT)
    refuse_large(*size, tally.count)
    kept = tuple(tally.packets) if tally.size <= _KEPT_BYTES else ()
    return Survey(
        tally.count,
        _fps(stream, tally),
        kept,
        reorders=stream.codec_context.has_b_frames,
        begins_whole=tally.begins_whole,
    )


class _Tally:
    """Packets, counted as they come."""

    def __init__(self) -> None:
        self.packets: list[Packet[VideoStream]] = []
        self.count = self.hidden = self.size = 0
        """Frames that are shown, frames that are not, and bytes of both."""
        self.begins_whole = self.is_cut = False
        self.times = 0
        """Frames that are shown and have a time."""
        self.start = self.end = 0
        """The first and the last of them, in units of the stream."""
        self._first: int | None = None

    def add(self, packet: Packet[VideoStream]) -> None:
        if not self.size:
            self._first = packet.pts
            self.begins_whole = packet.is_keyframe
        self.is_cut = packet.is_corrupt
        self.size += packet.size
        if self.size <= _KEPT_BYTES:
            self.packets.append(packet)
        time = packet.pts
        if time is not None:
            self.begins_whole &= self._first is None or time >= self._first
        if packet.is_discard:
            self.hidden += 1
            return
        self.count += 1
        if time is not None:
            self.start, self.end = (
                (min(self.start, time), max(self.end, time)) if self.times else (time, time)
            )
            self.times += 1


def _is_cut(container: InputContainer, stream: VideoStream, tally: _Tally) -> bool:
    """Whether frames are missing at the end.

    Only mp4 headers count packets right; one that promises more than there are was cut short. What an edit list
    leaves out is not in its index. An mp4 may have junk at its end, but others say how long they are.
    """
    if "mp4" in container.format.name:
        return tally.is_cut or tally.count + tally.hidden < len(stream.index_entries)
    return tally.is_cut or ends_early(Path(container.name))


def _fps(stream: VideoStream, tally: _Tally) -> float:
    """What the header says, unless the times of the frames contradict it: a recorder may write 1000."""
    said = float(stream.average_rate or stream.guessed_rate or 0)
    span_s = float((tally.end - tally.start) * (stream.time_base or 0))
    if tally.times < 2 or span_s <= 0:
        return said or FALLBACK_FPS
    seen = (tally.times - 1) / span_s
    # Fields in packets of their own count twice.
    is_near = any(abs(times * said - seen) <= _SLACK * seen for times in (1, 2))
    return said if is_near else seen
