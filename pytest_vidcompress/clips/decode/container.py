"""A video file, opened: its container and the one stream that is looked at."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.stream import Disposition
from av.video.stream import VideoStream

from ..faults import Fault, Undecodable
from .truncation import ends_early

_LISTS = frozenset({"concat", "hls", "dash"})


@contextmanager
def opened(path: Path) -> Generator[tuple[InputContainer, VideoStream]]:
    """Opens a file for decoding in this thread alone.

    Of several video streams it is the best by FFmpeg's judgement: that of most bits, usually.

    Raises:
        Undecodable: there is no such file, or no stream of moving pictures in it.
    """
    _require_content(path)
    try:
        # Absolute: a relative name with a colon in it would read as a protocol.
        container = av.open(str(path.absolute()), metadata_errors="ignore")
    except PermissionError as error:
        raise Undecodable("unreadable: permission denied", Fault.UNREADABLE) from error
    except (FFmpegError, OSError) as error:
        if ends_early(path):
            raise Undecodable("cut off before its index", Fault.TRUNCATED) from error
        raise Undecodable("not a video, or damaged at its start", Fault.NOT_A_VIDEO) from error
    with container:
        _require_video(container.format.name)
        stream = _best(container)
        # Leaving a multi-threaded decoder early can deadlock; callers decode files side by side instead.
        stream.thread_type = "NONE"
        stream.codec_context.thread_count = 1
        yield container, stream


def packets(container: InputContainer, stream: VideoStream) -> Iterator[Packet[VideoStream]]:
    """All packets of a stream, the last one empty: it makes a decoder give what it holds back."""
    # PyAV 18 reads past its list of streams if another begins half-way; ours has ended by then.
    with suppress(IndexError):
        yield from container.demux(stream)


def _require_content(path: Path) -> None:
    try:
        if not path.is_file():
            if path.exists():
                raise Undecodable("not a file", Fault.UNREADABLE)
            raise Undecodable("missing", Fault.MISSING)
        if path.stat().st_size == 0:
            raise Undecodable("empty", Fault.EMPTY)
    except OSError as error:
        raise Undecodable(f"unreadable: {error.strerror}", Fault.UNREADABLE) from error


def _require_video(container: str) -> None:
    """Refuses what FFmpeg reads, too: a thumbnail as one frame, a list as the files that it names."""
    if container.endswith("_pipe") or container == "image2":
        raise Undecodable("a picture, not a video", Fault.NOT_A_VIDEO)
    if container in _LISTS:
        raise Undecodable("a list of videos, not a video", Fault.NOT_A_VIDEO)


def _best(container: InputContainer) -> VideoStream:
    stream = container.streams.best("video")
    # Cover art of a sound file is a stream, too.
    if not isinstance(stream, VideoStream) or stream.disposition & Disposition.attached_pic:
        raise Undecodable("no video stream", Fault.NO_VIDEO_STREAM)
    if not hasattr(stream.codec_context, "skip_frame"):
        raise Undecodable("no video stream of a known codec", Fault.NO_VIDEO_STREAM)
    return stream
