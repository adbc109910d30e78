"""Video files -> RGB frames: one forward pass in one thread, converting only the frames asked for."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from av.container import InputContainer
from av.error import FFmpegError
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

_FALLBACK_FPS = 30.0
"""For files that do not say their frame rate."""

Plan = Callable[[int, float], Sequence[int]]
"""Frame count and frames per second -> the indices wanted."""


class Undecodable(Exception):  # noqa: N818
    """A file does not give the frames asked for; the text is the reason, without the file's name."""


@dataclass(frozen=True)
class Decoded:
    """Frames of a video."""

    pixels: npt.NDArray[np.uint8]
    """RGB, upright, shape `(T, H, W, 3)`."""
    count: int
    """Frames in the file."""
    fps: float
    """Average frames per second."""


def decode(path: Path, plan: Plan) -> Decoded:
    """Reads the frames that `plan` wants; an index that it names twice comes twice.

    Frames are numbered in the order they are shown. Headers are not believed: `plan` gets the number of
    frames in the stream, and is asked again if fewer of them decode.

    Raises:
        Undecodable: the file is missing, empty, not a video, without a video stream, cut off before the
            last frame wanted, or damaged in a frame wanted.
    """
    _require_content(path)
    count, fps = _survey(path)
    while True:
        wanted = plan(count, fps)
        found, decoded = _pick(path, frozenset(wanted))
        if len(found) == len(set(wanted)):
            return Decoded(np.stack([found[index] for index in wanted]), count, fps)
        if not 0 < decoded < count:
            raise Undecodable(f"no frame decodes, of {count} in the file")
        count = decoded


def _require_content(path: Path) -> None:
    try:
        if not path.is_file():
            raise Undecodable("not a file" if path.exists() else "missing")
        if path.stat().st_size == 0:
            raise Undecodable("empty")
    except OSError as error:
        raise Undecodable(f"unreadable: {error.strerror}") from error


@contextmanager
def _opened(path: Path) -> Generator[tuple[InputContainer, VideoStream]]:
    try:
        # Absolute: a relative name with a colon in it would read as a protocol.
        container = av.open(str(path.absolute()), metadata_errors="ignore")
    except (FFmpegError, OSError) as error:
        if isinstance(error, PermissionError):
            raise Undecodable("unreadable: permission denied") from error
        raise Undecodable("not a video, or cut off before its index") from error
    with container:
        stream = container.streams.best("video")
        if not isinstance(stream, VideoStream):
            raise Undecodable("no video stream")
        # Leaving a multi-threaded decoder early can deadlock; callers decode files side by side instead.
        stream.thread_type = "NONE"
        stream.codec_context.thread_count = 1
        yield container, stream


def _survey(path: Path) -> tuple[int, float]:
    """Counts frames without decoding any."""
    with _opened(path) as (container, stream):
        count = discarded = 0
        cut = False
        try:
            for packet in container.demux(stream):
                if packet.size > 0:
                    count += not packet.is_discard
                    discarded += packet.is_discard
                    cut = packet.is_corrupt
        except FFmpegError as error:
            raise Undecodable(f"cut off after {count} frames") from error
        # Only mp4 headers count packets right; one that promises more than there are was cut short.
        cut = cut or ("mp4" in container.format.name and count + discarded < stream.frames)
        if cut:
            raise Undecodable(f"cut off after {count} frames")
        if count == 0:
            raise Undecodable("no frames in its video stream")
        return count, float(stream.average_rate or stream.guessed_rate or _FALLBACK_FPS)


def _pick(path: Path, wanted: frozenset[int]) -> tuple[dict[int, npt.NDArray[np.uint8]], int]:
    """Decodes up to the last frame wanted; the frames found by index, and how many came by."""
    found: dict[int, npt.NDArray[np.uint8]] = {}
    corrupt = seen = 0
    # One converter for all frames: each new one allocates megabytes.
    reformatter = VideoReformatter()
    width = height = None
    with _opened(path) as (container, stream):
        try:
            for frame in container.decode(stream):
                if seen in wanted:
                    corrupt += frame.is_corrupt
                    # A stream may change its size half-way; a clip has one.
                    width, height = width or frame.width, height or frame.height
                    rgb = reformatter.reformat(frame, width, height, format="rgb24", threads=1)
                    found[seen] = np.rot90(
                        np.asarray(rgb.to_ndarray(), np.uint8), k=int(frame.rotation) // 90
                    )
                seen += 1
                if len(found) == len(wanted):
                    break
        except FFmpegError as error:
            raise Undecodable(f"cut off or damaged after {seen} frames") from error
    if corrupt:
        raise Undecodable(f"damaged: {corrupt} of the {len(wanted)} frames wanted are corrupt")
    return found, seen
