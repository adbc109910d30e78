"""Video files -> RGB frames: one forward pass in one thread, converting only the frames asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
import numpy.typing as npt
from av.error import FFmpegError

from ..faults import Fault, Undecodable
from . import needed_packets as sparse
from .container import opened, packets
from .frame_buffer import Picked
from .packet_survey import survey

__all__ = ["Decoded", "Plan", "Undecodable", "decode"]

Plan = Callable[[int, float], Sequence[int]]
"""Frame count and frames per second -> the indices wanted."""


@dataclass(frozen=True)
class Decoded:
    """Frames of a video."""

    pixels: npt.NDArray[np.uint8]
    """RGB, upright, shape `(T, H, W, 3)`."""
    indices: Sequence[int]
    """Of these frames, `T` of them."""
    count: int
    """Frames in the file."""
    fps: float
    """Average frames per second."""


def decode(path: Path, plan: Plan) -> Decoded:
    """Reads the frames that `plan` wants; an index that it names twice comes twice.

    Frames are numbered in the order they are shown. Headers are not believed: `plan` gets the number of
    frames in the stream, and is asked again if fewer of them decode. Damage is noticed only where it
    touches a frame that is wanted, or one that had to be decoded on the way to it.

    Raises:
        Undecodable: the file is missing, empty, not a video, without a video stream, cut off (even after
            the last frame wanted), or damaged in a frame wanted.
    """
    with opened(path) as (container, stream):
        found = survey(container, stream)
        wanted = plan(found.count, found.fps)
        picked = sparse.pick(stream, found, wanted)
    if picked is not None:
        return Decoded(picked.pixels, wanted, found.count, found.fps)
    count = found.count
    while True:
        picked, decoded = _pick_from_all(path, wanted)
        if picked.complete:
            return Decoded(picked.pixels, wanted, count, found.fps)
        if not 0 < decoded < count:
            raise Undecodable(f"no frame decodes, of {count} in the file", Fault.CORRUPT_FRAMES)
        count = decoded
        wanted = plan(count, found.fps)


def _pick_from_all(path: Path, wanted: Sequence[int]) -> tuple[Picked, int]:
    """Decodes every frame up to the last one wanted, counting; the frames picked, and how many came by."""
    picked = Picked(wanted)
    seen = 0
    with opened(path) as (container, stream):
        try:
            for frame in chain.from_iterable(packet.decode() for packet in packets(container, stream)):
                picked.take(seen, frame)
                seen += 1
                if picked.complete:
                    break
        except FFmpegError as error:
            raise Undecodable(f"damaged after {seen} frames", Fault.CORRUPT_FRAMES) from error
    if picked.corrupt:
        raise Undecodable(
            f"damaged: {picked.corrupt} of the {len(set(wanted))} frames wanted are corrupt",
            Fault.CORRUPT_FRAMES,
        )
    return picked, seen
