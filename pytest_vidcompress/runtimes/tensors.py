"""The numbers a module holds, by name: what an artefact stores and what size and sparsity count."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn


def tensors(module: nn.Module) -> dict[str, torch.Tensor]:
    """Parameters and persistent buffers, quantized weights taken apart.

    A quantized linear layer gives `weight` (int8), `weight_scale`, `weight_zero_point` and `bias`. Tensors
    that several names share appear under the first one.
    """
    found: dict[str, torch.Tensor] = {}
    seen: set[tuple[object, ...]] = set()
    for name, value in module.state_dict().items():
        for key, tensor in _parts(name, value):
            identity = (tensor.data_ptr(), tensor.storage_offset(), tensor.shape, tensor.stride())
            if tensor.numel() and identity in seen:
                continue
            seen.add(identity)
            found[key] = tensor
    return found


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


def is_weight(name: str) -> bool:
    return not name.endswith(("_scale", "_zero_point"))


def _parts(name: str, value: Any) -> list[tuple[str, torch.Tensor]]:
    if isinstance(value, torch.Tensor):
        # A quantized layer's activation scale and zero point: settings, not weights.
        if name.endswith((".scale", ".zero_point")) and value.numel() == 1:
            return [
                (name.replace(".scale", ".output_scale").replace(".zero_point", ".output_zero_point"), value)
            ]
        return [(name, value)]
    if isinstance(value, tuple) and name.endswith("._packed_params._packed_params"):
        weight, bias = value
        owner = name.removesuffix("._packed_params._packed_params")
        parts = [(f"{owner}.weight", weight.int_repr()), *_scales(f"{owner}.weight", weight)]
        return parts if bias is None else [*parts, (f"{owner}.bias", bias)]
    return []


def _scales(name: str, weight: torch.Tensor) -> list[tuple[str, torch.Tensor]]:
    if weight.qscheme() in (torch.per_channel_affine, torch.per_channel_symmetric):
        scale, point = weight.q_per_channel_scales(), weight.q_per_channel_zero_points()
    else:
        scale, point = torch.tensor(weight.q_scale()), torch.tensor(weight.q_zero_point())
    return [(f"{name}_scale", scale.float()), (f"{name}_zero_point", point.to(torch.int32))]


def _aligned(point: torch.Tensor, tensor: torch.Tensor) -> torch.Tensor:
    return point.view(-1, *[1] * (tensor.ndim - 1)) if point.ndim else point
