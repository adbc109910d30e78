"""The numbers a module holds, by name: what an artefact stores and what size and sparsity count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from ..models.safetensors_header import is_weight

_PACKED = "_packed_params._packed_params"


@dataclass(frozen=True)
class TakenApart:
    """A module's numbers."""

    tensors: dict[str, torch.Tensor]
    """Every one once, in the module's order."""
    tied: dict[str, str]
    """Name of a tensor that is there already -> its first name."""


def take_apart(module: nn.Module) -> TakenApart:
    """Parameters and persistent buffers, quantized weights taken apart.

    A quantized linear layer gives `weight` (int8), `weight_scale`, `weight_zero_point` and `bias`.
    """
    found = TakenApart({}, {})
    seen: dict[tuple[object, ...], str] = {}
    for name, value in module.state_dict().items():
        for key, tensor in _parts(name, value):
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


def zeros(module: nn.Module) -> int:
    """How many weights are exactly zero; of a quantized one, those at its zero point."""
    held = tensors(module)
    total = 0
    for name, tensor in held.items():
        if is_weight(name):
            point = held.get(f"{name}_zero_point")
            total += int((tensor == (0 if point is None else _aligned(point, tensor))).sum())
    return total


def parameters(module: nn.Module) -> int:
    """How many weights the module holds, quantized ones included; scales and zero points are not weights."""
    return sum(tensor.numel() for name, tensor in tensors(module).items() if is_weight(name))


def is_packed(name: str, value: object) -> bool:
    """Is this entry of a state dict the weight and the bias of a quantized linear layer?"""
    return isinstance(value, tuple) and f".{name}".endswith(f".{_PACKED}")


def packed_name(name: str) -> str:
    """What the weight of a packed entry is stored as."""
    return f"{name.removesuffix(_PACKED)}weight"


def plain_name(name: str, tensor: torch.Tensor) -> str:
    """What a tensor of a state dict is stored as."""
    # A quantized layer's activation scale and zero point: settings, not weights.
    if name.endswith((".scale", ".zero_point")) and tensor.numel() == 1:
        return name.replace(".scale", ".output_scale").replace(".zero_point", ".output_zero_point")
    return name


def _parts(name: str, value: Any) -> list[tuple[str, torch.Tensor]]:
    if isinstance(value, torch.Tensor):
        return [(plain_name(name, value), value)]
    if not is_packed(name, value):
        return []
    weight, bias = value
    key = packed_name(name)
    parts = [(key, weight.int_repr()), *_scales(key, weight)]
    return parts if bias is None else [*parts, (f"{key.removesuffix('weight')}bias", bias)]


def _scales(name: str, weight: torch.Tensor) -> list[tuple[str, torch.Tensor]]:
    if weight.qscheme() in (torch.per_channel_affine, torch.per_channel_symmetric):
        scale, point = weight.q_per_channel_scales(), weight.q_per_channel_zero_points()
    else:
        scale = torch.tensor(weight.q_scale(), dtype=torch.float64)
        point = torch.tensor(weight.q_zero_point())
    single = scale.float()
    # What observers choose is a float32; anything finer is kept as it is.
    exact = single if torch.equal(single.to(scale.dtype), scale) else scale
    return [(f"{name}_scale", exact), (f"{name}_zero_point", point.to(torch.int32))]


def _aligned(point: torch.Tensor, tensor: torch.Tensor) -> torch.Tensor:
    return point.view(-1, *[1] * (tensor.ndim - 1)) if point.ndim else point
