"""How a vector of length one is stored: fp32, fp16, int8 or bits. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float32]
"""`(D,)`."""
Matrix = npt.NDArray[np.float32]
"""`(N, D)`."""
Bytes = npt.NDArray[np.uint8]
"""`(N, bytes of a vector)`."""
_SCALE = np.dtype("<f4")
_INT8 = 127


@dataclass(frozen=True)
class VectorFormat:
    """One way to store them."""

    size_bytes: Callable[[int], int]
    """Of a vector of this many numbers."""
    pack: Callable[[Vector], bytes]
    unpack: Callable[[Bytes, int], Matrix]
    """Bytes `(N, size)` and D -> what they stand for."""
    codes: Callable[[Bytes], npt.NDArray[Any]]
    """The same bytes -> the numbers in them as they are stored, `(N, D)` but for bits, without a scale."""


def stacked(stored: Sequence[bytes], name: str, width: int) -> Matrix:
    """What was stored in the format of this name, in its order, fp32.

    Raises:
        ValueError: one is not of the size that vectors of this width have.
    """
    return FORMATS[name].unpack(as_bytes(stored, name, width), width)


def as_bytes(stored: Sequence[bytes], name: str, width: int) -> Bytes:
    """The same as they are.

    Raises:
        ValueError: one is not of the size that vectors of this width have.
    """
    size = FORMATS[name].size_bytes(width)
    if any(len(each) != size for each in stored):
        raise ValueError(f"a vector of {width} numbers in {name} has {size} bytes")
    return np.frombuffer(b"".join(stored), dtype=np.uint8).reshape(len(stored), size)


def _plain(kind: str) -> VectorFormat:
    dtype = np.dtype(kind)
    return VectorFormat(
        lambda width: width * dtype.itemsize,
        lambda vector: vector.astype(dtype).tobytes(),
        lambda rows, width: np.ascontiguousarray(rows).view(dtype).astype(np.float32),
        lambda rows: np.ascontiguousarray(rows).view(dtype),
    )


def _pack_int8(vector: Vector) -> bytes:
    scale = np.asarray(np.abs(vector).max(initial=0) / _INT8 or 1, _SCALE)
    return scale.tobytes() + np.rint(vector / scale).clip(-_INT8, _INT8).astype(np.int8).tobytes()


def _unpack_int8(rows: Bytes, width: int) -> Matrix:
    scales = np.ascontiguousarray(rows[:, : _SCALE.itemsize]).view(_SCALE)
    return (_codes_int8(rows) * scales).astype(np.float32)


def _codes_int8(rows: Bytes) -> npt.NDArray[np.int8]:
    return np.ascontiguousarray(rows[:, _SCALE.itemsize :]).view(np.int8)


def _unpack_bits(rows: Bytes, width: int) -> Matrix:
    signs = np.unpackbits(rows, axis=1, count=width).astype(np.float32) * 2 - 1
    return signs / np.float32(width**0.5)


FORMATS: Mapping[str, VectorFormat] = MappingProxyType(
    {
        "fp32": _plain("<f4"),
        "fp16": _plain("<f2"),
        "int8": VectorFormat(lambda width: width + _SCALE.itemsize, _pack_int8, _unpack_int8, _codes_int8),
        "bits": VectorFormat(
            lambda width: -(-width // 8),
            lambda vector: np.packbits(vector > 0).tobytes(),
            _unpack_bits,
            lambda rows: rows,
        ),
    }
)
"""Name -> how. `int8` has a scale a vector, `bits` the signs alone."""
