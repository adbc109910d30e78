"""Frames that are an array already: a `.npy` or `.pt` file, or what a function returns.

An array is RGB, uint8, `(T, H, W, 3)`: frame, row, column, channel. Its rate is taken for 30 frames a second.
Nothing in a file is run: arrays of objects and pickles of more than tensors are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ..clip import FrameSource
from ..faults import Fault, Undecodable
from .content import require_content
from .frame_buffer import FrameBuffer
from .frames import FALLBACK_FPS, Decoded, Pixels, Plan, Shrink
from .limits import refuse_large


def decode_file(path: Path, plan: Plan, shrink: Shrink | None = None) -> Decoded:
    """Reads the frames that `plan` wants out of a `.npy` or `.pt` file.

    Raises:
        Undecodable: it holds no such array.
    """
    require_content(path)
    try:
        array = _LOADERS[path.suffix.lower()](path)
    except Exception as error:  # torch and NumPy raise kinds of their own for what is damaged
        raise Undecodable(
            f"no array of frames that can be read without running code: {_line(error)}", Fault.NOT_A_VIDEO
        ) from error
    return _chosen(_checked(array), plan, shrink)


def decode_function(source: Callable[[], Any], plan: Plan, shrink: Shrink | None = None) -> Decoded:
    """Takes the frames that `plan` wants of those that a function returns.

    Raises:
        Undecodable: the function raised, or returned something else than frames.
    """
    return _chosen(frames_of(source), plan, shrink)


def decode_drawn(source: FrameSource, plan: Plan, shrink: Shrink | None = None) -> Decoded:
    """Asks for the frames that `plan` wants, and for no others.

    Raises:
        Undecodable: asking raised, or gave something else than frames, or not as many.
    """
    wanted = plan(source.count, source.fps)
    order = sorted(set(wanted))
    pixels = frames_of(partial(source.frames, order))
    if len(pixels) != len(order):
        raise Undecodable(f"it gave {len(pixels)} of {len(order)} frames", Fault.TOO_SHORT)
    refuse_large(pixels.shape[2], pixels.shape[1], source.count)
    return Decoded(_buffered(wanted, order, pixels, shrink), wanted, source.count, source.fps)


def frames_of(source: Callable[[], Any]) -> Pixels:
    """What a function returns, if it is frames.

    Raises:
        Undecodable: the function raised, or returned something else.
    """
    try:
        array = np.asarray(source())
    except Exception as error:  # whatever it does
        raise Undecodable(f"its function raised {_line(error)}", Fault.UNREADABLE) from error
    return _checked(array)


def _chosen(pixels: Pixels, plan: Plan, shrink: Shrink | None) -> Decoded:
    count, height, width, _ = pixels.shape
    refuse_large(width, height, count)
    wanted = plan(count, FALLBACK_FPS)
    order = sorted(set(wanted))
    chosen = (pixels[index] for index in order)
    return Decoded(_buffered(wanted, order, chosen, shrink), wanted, count, FALLBACK_FPS)


def _buffered(
    wanted: Sequence[int], order: Sequence[int], pixels: Iterable[Pixels], shrink: Shrink | None
) -> Pixels:
    """What is kept of the frames of the indices in `order`, as often as they are wanted."""
    frames = FrameBuffer(wanted, shrink)
    for index, picture in zip(order, pixels, strict=True):
        frames.put(index, np.ascontiguousarray(picture))
    return frames.pixels


def _checked(array: Any) -> Pixels:
    shape, kind = getattr(array, "shape", ()), getattr(array, "dtype", type(array).__name__)
    if kind != np.uint8 or len(shape) != 4 or shape[3] != 3 or 0 in shape[1:3]:
        raise Undecodable(
            f"its array is {kind} {tuple(shape)}, expected uint8 (frames, height, width, 3)",
            Fault.NOT_A_VIDEO,
        )
    if shape[0] == 0:
        raise Undecodable("no frames in its array", Fault.TOO_SHORT)
    return array


def _numpy(path: Path) -> Any:
    # Mapped: only frames that are wanted are read.
    return np.load(path, mmap_mode="r", allow_pickle=False)


def _torch(path: Path) -> Any:
    import torch

    loaded = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    return loaded.numpy() if isinstance(loaded, torch.Tensor) else loaded


_LOADERS: Mapping[str, Callable[[Path], Any]] = {".npy": _numpy, ".pt": _torch, ".pth": _torch}


def _line(error: Exception) -> str:
    first = (str(error).strip().splitlines() or [""])[0][:120]
    return f"{type(error).__name__}: {first}" if first else type(error).__name__
