"""A clip's source -> RGB frames; the way to read it is told by what it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..clip import FrameSource, Source
from ..faults import Undecodable
from ..suffixes import ARRAYS
from . import arrays
from .frame_folder import decode_folder
from .frames import Decoded, Plan, Shrink
from .video import decode_video

__all__ = ["Decoded", "Plan", "Undecodable", "decode"]

_Reader = Callable[[Path, Plan, Shrink | None], Decoded]


def decode(source: Source, plan: Plan, shrink: Shrink | None = None) -> Decoded:
    """Reads the frames that `plan` wants; an index that it names twice comes twice.

    Args:
        source: a video file, a folder of pictures, a file with an array of frames, or a function that returns one.
        plan: which frames; asked again where the source has another number of them than its header says.
        shrink: what is kept of a frame, so that large ones are not in memory together; None keeps all of it.

    Raises:
        Undecodable: the source does not give these frames.
    """
    if isinstance(source, FrameSource):
        return arrays.decode_drawn(source, plan, shrink)
    if not isinstance(source, Path):
        return arrays.decode_function(source, plan, shrink)
    return _reader(source)(source, plan, shrink)


def _reader(path: Path) -> _Reader:
    if path.is_dir():
        return decode_folder
    return arrays.decode_file if path.suffix.lower() in ARRAYS else decode_video
