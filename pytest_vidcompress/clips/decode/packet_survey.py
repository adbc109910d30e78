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
from .truncation import ends_early

_FALLBACK_FPS = 30.0
"""For files that do not say their frame rate."""
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
        Undecodable: the stream is cut off, or has no frames.
    """
    kept: list[Packet[VideoStream]] = []
    count = discarded = size = 0
    cut = False
    try:
        for packet in packets(container, stream):
            if packet.size > 0:
                count += not packet.is_discard
                discarded += packet.is_discard
                cut = packet.is_corrupt
                size += packet.size
                if size <= _KEPT_BYTES:
                    kept.append(packet)
    except FFmpegError as error:
        raise Undecodable(f"cut off after {count} frames", Fault.TRUNCATED) from error
    # Only mp4 headers count packets right; one that promises more than there are was cut short. An mp4 may
    # have junk at its end, but others say how long they are.
    if "mp4" in container.format.name:
        cut = cut or count + discarded < stream.frames
    else:
        cut = cut or ends_early(Path(container.name))
    if cut:
        raise Undecodable(f"cut off after {count} frames", Fault.TRUNCATED)
    if count == 0:
        raise Undecodable("no frames in its video stream", Fault.TOO_SHORT)
    fps = float(stream.average_rate or stream.guessed_rate or _FALLBACK_FPS)
    all_kept = tuple(kept) if size <= _KEPT_BYTES else ()
    return Survey(count, fps, all_kept, reorders=stream.codec_context.has_b_frames)
