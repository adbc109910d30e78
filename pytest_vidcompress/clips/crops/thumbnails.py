"""A clip -> a few small pictures of what a model is shown of it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace

from ..clip import Source
from ..decode.decode import decode
from ..decode.frames import Pixels
from ..decode.picture import jpeg
from ..profile import CropSpec, Views
from .crops import crops_of

PICTURES = 3
"""Of a clip: of its first frame, its middle and its last."""
SIDE = 80
"""Pixels, at most."""


def thumbnails(source: Source, spec: CropSpec) -> tuple[str, ...]:
    """Each an address that holds the picture itself (`data:image/jpeg;base64,...`).

    Args:
        source: of the video.
        spec: what the model is shown; of several views the middle one.

    Raises:
        Undecodable: the video does not give these frames.
    """
    looked_at = spec.chosen or range(spec.frames)
    last = len(looked_at) - 1
    places = sorted({looked_at[round(k * last / (PICTURES - 1))] for k in range(PICTURES)})
    (view,) = crops_of(source, replace(spec, views=Views(), chosen=tuple(places)))
    return tuple(_address(frame, SIDE) for frame in view.permute(0, 2, 3, 1).contiguous().numpy())


def still(source: Source, second: float | None, side: int) -> str:
    """The whole frame that is shown at a second, of None that of the middle; an address likewise.

    Args:
        side: pixels of the longer side, at most.

    Raises:
        Undecodable: the video does not give it.
    """

    def wanted(count: int, fps: float) -> Sequence[int]:
        return [count // 2 if second is None else min(count - 1, max(0, int(second * fps)))]

    return _address(decode(source, wanted).pixels[0], side)


def _address(frame: Pixels, side: int) -> str:
    return f"data:image/jpeg;base64,{b64encode(jpeg(frame, side)).decode()}"
