"""A folder of pictures -> the frames wanted: `img_00001.jpg` and so on, as decoders of data sets write them.

Pictures are JPEG or PNG, told by what is in them.
"""

from __future__ import annotations

from pathlib import Path

from av.codec import CodecContext
from av.error import FFmpegError
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from ..faults import Fault, Undecodable
from .content import require_content
from .frame_buffer import FrameBuffer
from .frame_names import frame_names
from .frames import FALLBACK_FPS, Decoded, Plan, Shrink
from .limits import MOST_PIXELS

_CODECS = {b"\xff\xd8\xff": "mjpeg", b"\x89PNG": "png"}
"""First bytes of a picture -> its decoder."""
_MOST_BYTES = 256 << 20
"""Of a picture's file."""


def decode_folder(folder: Path, plan: Plan, shrink: Shrink | None = None) -> Decoded:
    """Reads the pictures that `plan` wants, whose rate is taken for 30 a second.

    Raises:
        Undecodable: there are no pictures, or several series of them, or one that is wanted is damaged or too large.
    """
    names = frame_names(folder)
    wanted = plan(len(names), FALLBACK_FPS)
    frames = FrameBuffer(wanted, shrink)
    for index in sorted(set(wanted)):
        frames.take(index, _picture(folder / names[index]))
    if frames.corrupt:
        raise Undecodable(
            f"damaged: {frames.corrupt} of the pictures wanted are corrupt", Fault.CORRUPT_FRAMES
        )
    return Decoded(frames.pixels, wanted, len(names), FALLBACK_FPS)


def _picture(path: Path) -> VideoFrame:
    require_content(path)
    if path.stat().st_size > _MOST_BYTES:
        raise Undecodable(f"{path.name} is too large", Fault.TOO_LARGE)
    content = path.read_bytes()
    codec = next((codec for start, codec in _CODECS.items() if content.startswith(start)), None)
    if codec is None:
        raise Undecodable(f"{path.name} is neither JPEG nor PNG", Fault.NOT_A_VIDEO)
    context = CodecContext.create(codec, "r")
    assert isinstance(context, VideoCodecContext)
    context.options = {"max_pixels": str(MOST_PIXELS)}
    context.thread_count = 1
    try:
        frames = [*context.decode(Packet(content)), *context.decode(None)]
    except FFmpegError as error:
        raise Undecodable(f"{path.name} is damaged or too large", Fault.CORRUPT_FRAMES) from error
    if len(frames) != 1:
        raise Undecodable(f"{path.name} is damaged", Fault.CORRUPT_FRAMES)
    return frames[0]
