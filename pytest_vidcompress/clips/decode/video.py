"""A video file -> the frames wanted: one forward pass in one thread, converting no others."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from av.error import FFmpegError

from ..faults import Fault, Undecodable
from .container import opened, packets
from .frame_buffer import FrameBuffer
from .frames import Decoded, Plan, Shrink
from .needed_packets import EXACT, decode_needed
from .packet_survey import survey


def decode_video(path: Path, plan: Plan, shrink: Shrink | None = None) -> Decoded:
    """Reads the frames that `plan` wants.

    Frames are numbered in the order they are shown. Headers are not believed: `plan` gets the number of
    frames in the stream, and is asked again if another number of them decodes. Damage is noticed only where it
    touches a frame that is wanted, or one that had to be decoded on the way to it.

    Raises:
        Undecodable: the file is missing, empty, not a video, without a video stream, cut off (even after
            the last frame wanted), too large, or damaged in a frame wanted.
    """
    with opened(path) as (container, stream):
        found = survey(container, stream)
        wanted = plan(found.count, found.fps)
        frames = decode_needed(stream, found, wanted, FrameBuffer(wanted, shrink))
        # A codec that could not be decoded sparsely for all its packets is one whose packets are not its frames.
        to_end = not found.is_certain or (bool(found.packets) and stream.codec_context.name in EXACT)
    if frames is not None:
        return Decoded(frames.pixels, wanted, found.count, found.fps)
    count = found.count
    while True:
        frames, decoded = _decode_all(path, wanted, FrameBuffer(wanted, shrink), to_end=to_end)
        if frames.complete and decoded in (count, None):
            return Decoded(frames.pixels, wanted, count, found.fps)
        if decoded in (0, count, None):
            raise Undecodable(f"no frame decodes, of {count} in the file", Fault.CORRUPT_FRAMES)
        count = decoded
        wanted = plan(count, found.fps)


def _decode_all(
    path: Path, wanted: Sequence[int], frames: FrameBuffer, *, to_end: bool
) -> tuple[FrameBuffer, int | None]:
    """Decodes every frame, up to the last one wanted unless `to_end`.

    Returns:
        The frames wanted, and how many there are; None where that was not seen.
    """
    seen = 0
    with opened(path) as (container, stream):
        try:
            for frame in chain.from_iterable(packet.decode() for packet in packets(container, stream)):
                frames.take(seen, frame)
                seen += 1
                if frames.complete and not to_end:
                    break
        except FFmpegError as error:
            if not frames.complete:
                raise Undecodable(f"damaged after {seen} frames", Fault.CORRUPT_FRAMES) from error
            to_end = False
    if frames.corrupt:
        raise Undecodable(
            f"damaged: {frames.corrupt} of the {len(set(wanted))} frames wanted are corrupt",
            Fault.CORRUPT_FRAMES,
        )
    return frames, seen if to_end or not frames.complete else None
