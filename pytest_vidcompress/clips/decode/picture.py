"""A frame -> a small picture that browsers show."""

from __future__ import annotations

from fractions import Fraction

import av

from .frames import Pixels

QUALITY = 8
"""Of the quantizer, 2 (best) to 31."""


def jpeg(frame: Pixels, side: int) -> bytes:
    """A JPEG of one frame.

    Args:
        frame: RGB, `(H, W, 3)`.
        side: pixels of the longer side, at most; a smaller frame stays as it is.
    """
    height, width, _ = frame.shape
    scale = min(1.0, side / max(height, width))
    picture = av.VideoFrame.from_ndarray(frame, format="rgb24").reformat(
        # The encoder takes even sides.
        max(2, 2 * round(width * scale / 2)),
        max(2, 2 * round(height * scale / 2)),
        "yuvj420p",
    )
    bounds = {"qmin": str(QUALITY), "qmax": str(QUALITY)}
    encoder: av.VideoCodecContext = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = picture.width, picture.height, "yuvj420p"
    encoder.time_base, encoder.options = Fraction(1), bounds
    picture.pts = 0
    return b"".join(bytes(packet) for packet in (*encoder.encode(picture), *encoder.encode(None)))
