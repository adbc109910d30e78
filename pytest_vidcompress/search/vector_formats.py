"""How a vector of length one is stored: fp32, fp16, int8 or bits. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float32]
"""`(D,)`."""
Matrix = npt.NDArray[np.float32]
"""`(N, D)`."""
_SCALE = np.dtype("<f4")
_INT8 = 127


@dataclass(frozen=True)
class VectorFormat:
    """One way to store them."""

    size_bytes: Callable[[int], int]
    """Of a vector of this many numbers."""
    pack: Callable[[Vector], bytes]
    unpack: Callable[[npt.NDArray[np.uint8], int], Matrix]
    """Bytes `(N, size)` and D -> what they stand for."""


def stacked(stored: Sequence[bytes], name: str, width: int) -> Matrix:
    """What was stored in the format of this name, in its order, fp32.

    Raises:
        ValueError: one is not of the size that vectors of this width have.
    """
    form = FORMATS[name]
    size = form.size_bytes(width)
    if any(len(each) != size for each in stored):
        raise ValueError(f"a vector of {width} numbers in {name} has {size} bytes")
    rows = np.frombuffer(b"".join(stored), dtype=np.uint8).reshape(len(stored), size)
    return form.unpack(rows, width)


def _plain(kind: str) -> VectorFormat:
    dtype = np.dtype(kind)
    return VectorFormat(
        lambda width: width * dtype.itemsize,
        lambda vector: vector.astype(dtype).tobytes(),
        lambda rows, width: np.ascontiguousarray(rows).view(dtype).astype(np.float32),
    )


def _pack_int8(vector: Vector) -> bytes:
    scale = np.asarray(np.abs(vector).max(initial=0) / _INT8 or 1, _SCALE)
    return scale.tobytes() + np.rint(vector / scale).clip(-_INT8, _INT8).astype(np.int8).tobytes()


def _unpack_int8(rows: npt.NDArray[np.uint8], width: int) -> Matrix:
    scales = np.ascontiguousarray(rows[:, : _SCALE.itemsize]).view(_SCALE)
    whole = np.ascontiguousarray(rows[:, _SCALE.itemsize :]).view(np.int8)
    return (whole * scales).astype(np.float32)


def _unpack_bits(rows: npt.NDArray[np.uint8], width: int) -> Matrix:
    signs = np.unpackbits(rows, axis=1, count=width).astype(np.float32) * 2 - 1
    return signs / np.float32(width**0.5)


FORMATS: Mapping[str, VectorFormat] = MappingProxyType(
    {
        "fp32": _plain("<f4"),
        "fp16": _plain("<f2"),
        "int8": VectorFormat(lambda width: width + _SCALE.itemsize, _pack_int8, _unpack_int8),
        "bits": VectorFormat(
            lambda width: -(-width // 8), lambda vector: np.packbits(vector > 0).tobytes(), _unpack_bits
        ),
    }
)
"""Name -> how. `int8` has a scale a vector, `bits` the signs alone."""
