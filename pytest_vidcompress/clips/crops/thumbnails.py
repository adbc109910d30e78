"""A clip -> a few small pictures of what a model is shown of it."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace

from ..clip import Source
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
    frames = view.permute(0, 2, 3, 1).contiguous().numpy()
    return tuple(f"data:image/jpeg;base64,{b64encode(jpeg(frame, SIDE)).decode()}" for frame in frames)
