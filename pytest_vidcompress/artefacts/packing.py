"""Tensors of many zeros, stored without them: a bit for every number, and the numbers that are not zero.

| part | holds |
|---|---|
| `{name}_bitmap` | a bit for each number in row-major order, the lowest of a byte first: set where it is not zero |
| `{name}_values` | these numbers, in that order |
| `{name}_signs` | where zeros have signs, likewise a bit for each zero: set where it is -0.0, as masks leave it |

What is put together again is the dense tensor, bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING

from ..errors import VidcompressError
from ..models.safetensors_header import Described

if TYPE_CHECKING:
    import torch

BITMAP, VALUES, SIGNS = "_bitmap", "_values", "_signs"
LEAST_SHARE = 0.1
"""Of a tensor's bytes that must be saved."""
LEAST_BYTES = 256
"""That must be saved of it: a name takes some, in the file and in `recipe.json`."""

Shapes = dict[str, tuple[int, ...]]
"""Name of a packed tensor -> its shape."""


def packed(tensors: Mapping[str, torch.Tensor]) -> tuple[dict[str, torch.Tensor], Shapes]:
    """What to store instead of some tensors.

    Args:
        tensors: by name; a matrix or kernel is packed where that saves enough.

    Returns:
        The tensors, of packed ones their parts; and the shapes of those that are packed.
    """
    stored: dict[str, torch.Tensor] = {}
    shapes: Shapes = {}
    for name, tensor in tensors.items():
        parts = _parts(name, tensor)
        if parts and not parts.keys() & tensors.keys():
            stored |= parts
            shapes[name] = tuple(tensor.shape)
        else:
            stored[name] = tensor
    return stored, shapes


def unpacked(
    stored: Mapping[str, torch.Tensor], shapes: Mapping[str, tuple[int, ...]]
) -> dict[str, torch.Tensor]:
    """The tensors of which `packed` made what is stored.

    Raises:
        VidcompressError: the parts of one are missing, or do not fit its shape or each other.
    """
    tensors = dict(stored)
    for name, shape in shapes.items():
        bitmap, values, signs = (tensors.pop(f"{name}{part}", None) for part in (BITMAP, VALUES, SIGNS))
        if bitmap is None or values is None or name in stored:
            raise _misfit(name, "parts are missing" if name not in stored else "it is there as a whole, too")
        tensors[name] = _dense(name, bitmap, values, signs, shape)
    return tensors


def whole(parts: Iterable[Described], shapes: Mapping[str, tuple[int, ...]]) -> list[Described]:
    """What a file says of its tensors, a packed one as one: of its shape and type, and the bytes of its parts."""
    by_name = {each.name: each for each in parts}
    for name, shape in shapes.items():
        found = [each for part in (BITMAP, SIGNS) if (each := by_name.pop(f"{name}{part}", None))]
        values = by_name.pop(f"{name}{VALUES}", None)
        if values is not None:
            nbytes = values.nbytes + sum(each.nbytes for each in found)
            by_name[name] = replace(values, name=name, shape=tuple(shape), nbytes=nbytes)
    return [by_name[name] for name in sorted(by_name)]


def _parts(name: str, tensor: torch.Tensor) -> dict[str, torch.Tensor]:
    """What a tensor is stored as; nothing where it stays as it is."""
    import torch

    kinds = (torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int8)
    if tensor.ndim < 2 or tensor.dtype not in kinds:
        return {}
    zeros = tensor.numel() - int(torch.count_nonzero(tensor))
    if not _pays(tensor, zeros * tensor.itemsize - tensor.numel() // 8):
        return {}
    numbers = tensor.flatten()
    is_number = numbers != 0
    parts = {f"{name}{BITMAP}": _bits(is_number), f"{name}{VALUES}": numbers[is_number]}
    negative = numbers[~is_number].signbit()
    if negative.any():
        parts[f"{name}{SIGNS}"] = _bits(negative)
    return parts if _pays(tensor, tensor.nbytes - sum(each.nbytes for each in parts.values())) else {}


def _pays(tensor: torch.Tensor, saved_bytes: int) -> bool:
    return saved_bytes >= max(LEAST_BYTES, LEAST_SHARE * tensor.nbytes)


def _dense(
    name: str,
    bitmap: torch.Tensor,
    values: torch.Tensor,
    signs: torch.Tensor | None,
    shape: tuple[int, ...],
) -> torch.Tensor:
    count = prod(shape)
    is_number = _flags(name, bitmap, count)
    if values.ndim != 1 or len(values) != int(is_number.sum()):
        raise _misfit(name, f"it has {values.numel()} values and {int(is_number.sum())} bits that are set")
    dense = values.new_zeros(count)
    dense[is_number] = values
    if signs is not None:
        negative = _flags(name, signs, count - len(values))
        if not values.is_floating_point():
            raise _misfit(name, "integers have no negative zeros")
        zeros = values.new_zeros(len(negative))
        zeros[negative] = -0.0
        dense[~is_number] = zeros
    return dense.reshape(shape)


def _bits(flags: torch.Tensor) -> torch.Tensor:
    """Truth values `(n,)` -> eight of them a byte, `(ceil(n / 8),)`."""
    import torch

    padded = torch.nn.functional.pad(flags.to(torch.uint8), (0, -len(flags) % 8))
    return (padded.view(-1, 8) * _places(flags)).sum(1, dtype=torch.uint8)


def _flags(name: str, bits: torch.Tensor, count: int) -> torch.Tensor:
    """The other way round, `(count,)`."""
    import torch

    # Before anything is made of a shape that somebody wrote down.
    if bits.dtype != torch.uint8 or bits.shape != (-(-count // 8),):
        raise _misfit(name, f"expected a bit for each of {count:,} numbers, found {bits.numel():,} bytes")
    return ((bits.unsqueeze(1) & _places(bits)) != 0).flatten()[:count]


def _places(like: torch.Tensor) -> torch.Tensor:
    import torch

    return torch.tensor([1 << place for place in range(8)], dtype=torch.uint8, device=like.device)


def _misfit(name: str, why: str) -> VidcompressError:
    return VidcompressError(f"{name} is packed, and its parts do not fit ({why}): save the variant again")
