"""Writes pictures of known pixels."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av

from tests.clips.decode.footage import Picture


def write_picture(path: Path, pixels: Picture) -> Path:
    """A JPEG or, by its suffix, a PNG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    codec, kind = ("png", "rgb24") if path.suffix.lower() == ".png" else ("mjpeg", "yuvj444p")
    context = av.CodecContext.create(codec, "w")
    context.width, context.height, context.pix_fmt = pixels.shape[1], pixels.shape[0], kind
    context.time_base = Fraction(1, 25)
    if codec == "mjpeg":
        context.options = {"qmin": "1", "qmax": "1"}
    frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format=kind)
    frame.pts = 0
    path.write_bytes(b"".join(bytes(packet) for packet in [*context.encode(frame), *context.encode(None)]))
    return path
