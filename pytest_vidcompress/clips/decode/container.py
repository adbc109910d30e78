"""A video file, opened: its container and the one stream that is looked at."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import av
from av.container import InputContainer
from av.error import ArgumentError, FFmpegError
from av.packet import Packet
from av.stream import Disposition
from av.video.stream import VideoStream

from ..faults import Fault, Undecodable
from .content import require_content
from .limits import MOST_PIXELS
from .truncation import ends_early

_FORMATS = (
    *(
        "mov",
        "matroska",
        "avi",
        "mpeg",
        "mpegts",
        "mpegvideo",
        "flv",
        "asf",
        "ogg",
        "mxf",
        "nut",
        "rm",
        "dv",
        "ivf",
    ),
    *("h264", "hevc", "m4v", "mjpeg", "gif", "webp_anim", "yuv4mpegpipe", "swf", "h263", "vc1", "obu", "av1"),
    *("mp3", "wav", "aac", "flac", "srt", "webvtt", "ass"),
    *("jpeg_pipe", "png_pipe", "webp_pipe", "bmp_pipe", "gif_pipe", "tiff_pipe"),
)
"""Those that are read: of videos, and of sound, text and pictures, to say so. None opens another file, as lists of
videos, playlists and indices do."""

_DECODER = {"max_pixels": str(MOST_PIXELS)}
"""For streams that change their size half-way, or say another in their header than in their frames."""
_OPTIONS = {"format_whitelist": ",".join(_FORMATS), **_DECODER}


@contextmanager
def opened(path: Path) -> Generator[tuple[InputContainer, VideoStream]]:
    """Opens a file for decoding in this thread alone.

    Of several video streams it is the best by FFmpeg's judgement: that of most bits, usually.

    Raises:
        Undecodable: there is no such file, or no stream of moving pictures in it.
    """
    require_content(path)
    try:
        # Absolute: a relative name with a colon in it would read as a protocol.
        container = av.open(str(path.absolute()), options=dict(_OPTIONS), metadata_errors="ignore")
    except PermissionError as error:
        raise Undecodable("unreadable: permission denied", Fault.UNREADABLE) from error
    except ArgumentError as error:
        raise Undecodable("not a video of a known format, or a list of others", Fault.NOT_A_VIDEO) from error
    except (FFmpegError, OSError) as error:
        if ends_early(path):
            raise Undecodable("cut off before its index", Fault.TRUNCATED) from error
        raise Undecodable("not a video, or damaged at its start", Fault.NOT_A_VIDEO) from error
    with container:
        _require_video(container.format.name)
        stream = _best(container)
        stream.codec_context.options = dict(_DECODER)
        # Leaving a multi-threaded decoder early can deadlock; callers decode files side by side instead.
        stream.thread_type = "NONE"
        stream.codec_context.thread_count = 1
        yield container, stream


def packets(container: InputContainer, stream: VideoStream) -> Iterator[Packet[VideoStream]]:
    """All packets of a stream, the last one empty: it makes a decoder give what it holds back."""
    # PyAV 18 reads past its list of streams if another begins half-way; ours has ended by then.
    with suppress(IndexError):
        yield from container.demux(stream)


def _require_video(container: str) -> None:
    """Refuses what FFmpeg reads, too: a thumbnail, as one frame."""
    if container.endswith("_pipe") or container == "image2":
        raise Undecodable("a picture, not a video", Fault.NOT_A_VIDEO)


def _best(container: InputContainer) -> VideoStream:
    stream = container.streams.best("video")
    # Cover art of a sound file is a stream, too.
    if not isinstance(stream, VideoStream) or stream.disposition & Disposition.attached_pic:
        raise Undecodable("no video stream", Fault.NO_VIDEO_STREAM)
    if not hasattr(stream.codec_context, "skip_frame"):
        raise Undecodable("no video stream of a known codec", Fault.NO_VIDEO_STREAM)
    return stream
