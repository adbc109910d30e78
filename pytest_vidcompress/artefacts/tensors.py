"""The numbers a module holds, by name: what an artefact stores and what size and sparsity count."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import torch
from torch import nn

from ..models.safetensors_header import is_weight
from .tensor_parts import Opaque, packs_numbers, parts


@dataclass(frozen=True)
class TakenApart:
    """A module's numbers."""

    tensors: dict[str, torch.Tensor] = field(default_factory=dict[str, torch.Tensor])
    """Every one once, in the module's order."""
    tied: dict[str, str] = field(default_factory=dict[str, str])
    """Name of a tensor that is there already -> its first name."""
    opaque: dict[str, str] = field(default_factory=dict[str, str])
    """Entries of the state dict that do not show their numbers -> of what kind they are; not among the tensors."""
    packed: list[str] = field(default_factory=list[str])
    """Entries that hold several numbers in one: their bytes are among the tensors, how many they are is not known."""

    @property
    def parameters(self) -> int | None:
        """How many weights there are, quantized ones included; scales and zero points are not weights. None where an
        entry does not tell."""
        if self.opaque or self.packed:
            return None
        return sum(tensor.numel() for name, tensor in self.tensors.items() if is_weight(name))

    @cached_property
    def zeros_by_name(self) -> dict[str, int]:
        """How many weights of each tensor are exactly zero; of a quantized one, those at its zero point."""
        found: dict[str, int] = {}
        for name, tensor in self.tensors.items():
            if is_weight(name):
                point = self.tensors.get(f"{name}_zero_point")
                found[name] = int((tensor == (0 if point is None else _aligned(point, tensor))).sum())
        return found

    @property
    def zeros(self) -> int | None:
        """Of all of them. None likewise."""
        return None if self.opaque or self.packed else sum(self.zeros_by_name.values())


def take_apart(module: nn.Module) -> TakenApart:
    """Parameters and persistent buffers, all as plain tensors: see `tensor_parts`.

    A quantized linear layer gives `weight` (int8), `weight_scale`, `weight_zero_point` and `bias`.
    """
    found = TakenApart()
    seen: dict[tuple[object, ...], str] = {}
    for name, value in module.state_dict().items():
        try:
            plain = [*parts(name, value)]
        except Opaque as kind:
            found.opaque[name] = str(kind)
            continue
        if packs_numbers(value):
            found.packed.append(name)
        for key, tensor in plain:
            place = (tensor.data_ptr(), tensor.dtype, tensor.shape, tensor.stride())
            first = seen.setdefault(place, key) if tensor.numel() else key
            if first == key:
                found.tensors[key] = tensor
            else:
                found.tied[key] = first
    return found


def tensors(module: nn.Module) -> dict[str, torch.Tensor]:
    """As `take_apart`: what several names share appears under the first one."""
    return take_apart(module).tensors


def _aligned(point: torch.Tensor, tensor: torch.Tensor) -> torch.Tensor:
    return point.reshape(-1, *[1] * (tensor.ndim - 1)) if point.ndim else point
