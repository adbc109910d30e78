"""What a safetensors file says of its tensors, read without them and without torch.

The format: eight bytes, little-endian, that give the length of a JSON text, the text, and the tensors' bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import VidcompressError
from ..untrusted import Malformed, json_object, mapping, parse_json, text, wholes

_LONGEST = 100_000_000
"""Bytes of a header, as the format's own library has it."""
_NAMES: dict[str, str] = {
    **{f"F{bits}": f"float{bits}" for bits in (16, 32, 64)},
    **{f"I{bits}": f"int{bits}" for bits in (8, 16, 32, 64)},
    **{f"U{bits}": f"uint{bits}" for bits in (8, 16, 32, 64)},
    "BF16": "bfloat16",
    "BOOL": "bool",
}


@dataclass(frozen=True)
class Described:
    """One tensor of a file."""

    name: str
    dtype: str
    """As torch calls it, such as `float32`."""
    shape: tuple[int, ...]
    nbytes: int

    @property
    def numel(self) -> int:
        count = 1
        for extent in self.shape:
            count *= extent
        return count


def is_weight(name: str) -> bool:
    """Is the tensor of this name a weight? Scales and zero points of quantized ones, and indices of sparse ones, are
    none."""
    return not name.endswith(("_scale", "_zero_point", "_indices"))


def described(file: Path) -> tuple[Described, ...]:
    """The tensors of a safetensors file, in the order of their names.

    Raises:
        VidcompressError: it is no such file.
    """
    try:
        with file.open("rb") as opened:
            length = int.from_bytes(opened.read(8), "little")
            if not 0 < length <= _LONGEST:
                raise Malformed(f"a header of {length:,} bytes")
            header = opened.read(length)
        if len(header) < length:
            raise Malformed("its header is cut off")
        entries = json_object(parse_json(header), "its header")
        return tuple(
            _described(name, mapping(entries, name)) for name in sorted(entries) if name != "__metadata__"
        )
    except (OSError, Malformed) as error:
        raise VidcompressError(
            f"{file} is no readable safetensors file ({error}): save the artefact again"
        ) from None


def _described(name: str, of: dict[str, Any]) -> Described:
    start, end = wholes(of, "data_offsets", 2)
    dtype = text(of, "dtype")
    return Described(name, _NAMES.get(dtype, dtype.lower()), wholes(of, "shape"), end - start)
