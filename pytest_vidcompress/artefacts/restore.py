"""Stored tensors -> the module that held them: what `tensors.take_apart` took apart is put together again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from ..errors import VidcompressError
from .tensor_parts import is_packed, packed_name, plain_name


def restore(module: nn.Module, stored: Mapping[str, torch.Tensor], tied: Mapping[str, str]) -> None:
    """Puts tensors in the place of those that `module` has, which may be without data.

    Args:
        module: changed in place; its parameters keep whether they are trained.
        stored: by name, as `take_apart` gives them; they become the module's own.
        tied: name -> that of the tensor which is this one, too.

    Raises:
        VidcompressError: tensors are missing, left over, of another shape, or scales and zero points that no
            quantization gives, by name; or the module has a tensor without data that no state dict knows of.
    """
    parts = _Parts(stored, tied)
    state = module.state_dict(keep_vars=True)
    for name, value in list(state.items()):
        if is_packed(name, value):
            state[name] = parts.packed(packed_name(name), *value)
        elif isinstance(value, torch.Tensor):
            state[name] = parts.plain(plain_name(name, value), value)
    parts.refuse_misfits()
    module.load_state_dict(state, assign=True)
    _refuse_empty(module)


class _Parts:
    """What is there to be put into a module, and what does not fit."""

    def __init__(self, stored: Mapping[str, torch.Tensor], tied: Mapping[str, str]) -> None:
        self._stored = stored
        self._tied = tied
        self._parameters: dict[str, nn.Parameter] = {}
        self._left = set(stored)
        self._missing: list[str] = []
        self._misshapen: list[str] = []

    def plain(self, name: str, like: torch.Tensor) -> torch.Tensor:
        """A parameter or buffer to take the place of `like`."""
        tensor = self._taken(name, like)
        if tensor is None:
            return like
        if not isinstance(like, nn.Parameter):
            return tensor
        # One object under all its names: what was tied is tied again.
        first = self._first(name)
        if first not in self._parameters:
            self._parameters[first] = nn.Parameter(tensor, requires_grad=like.requires_grad)
        return self._parameters[first]

    def packed(self, name: str, weight: torch.Tensor, bias: torch.Tensor | None) -> tuple[Any, Any]:
        """Weight and bias of a quantized linear layer to take the places of these."""
        numbers = self._taken(name, torch.empty(weight.shape, dtype=torch.int8, device="meta"))
        scale = self._setting(f"{name}_scale", weight, torch.float64)
        point = self._setting(f"{name}_zero_point", weight, torch.int64)
        other = None if bias is None else self._taken(f"{name.removesuffix('weight')}bias", bias)
        if numbers is None or scale is None or point is None:
            return weight, bias
        if scale.shape != point.shape:
            self._misshapen.append(f"{name}, which has not as many zero points as scales")
            return weight, bias
        ops: Any = torch
        if scale.ndim:
            made = ops._make_per_channel_quantized_tensor(numbers, scale, point, 0)
        else:
            made = ops._make_per_tensor_quantized_tensor(numbers, scale.item(), point.item())
        return made, other

    def refuse_misfits(self) -> None:
        misfits = [
            f"{len(names)} {what}, such as {names[0]}"
            for what, names in (
                ("missing", self._missing),
                ("left over", sorted(self._left)),
                ("of another shape", self._misshapen),
                ("that no quantization gives", impossible(self._stored)),
            )
            if names
        ]
        if misfits:
            raise VidcompressError(
                f"its tensors do not fit the model that its recipe makes: {'; '.join(misfits)}"
            )

    def _taken(self, name: str, like: torch.Tensor) -> torch.Tensor | None:
        tensor = self._found(name)
        if tensor is None:
            return None
        # Any float fits a float: techniques may store others than they were given.
        fits = like.dtype == tensor.dtype or (like.is_floating_point() and tensor.is_floating_point())
        if tensor.shape != like.shape or not fits:
            self._misshapen.append(f"{name} (stored as {_described(tensor)}, expected {_described(like)})")
            return None
        return tensor

    def _setting(self, name: str, weight: torch.Tensor, dtype: torch.dtype) -> torch.Tensor | None:
        """The scales or zero points of a quantized weight: one, or one an output, no finer than `dtype`."""
        tensor = self._found(name)
        if tensor is None:
            return None
        fits = tensor.dtype.is_floating_point == dtype.is_floating_point and tensor.dtype != torch.bool
        if not fits or tensor.shape not in ((), weight.shape[:1]):
            expected = f"{_kind(dtype)}, one or {len(weight)} of them"
            self._misshapen.append(f"{name} (stored as {_described(tensor)}, expected {expected})")
            return None
        return tensor.to(dtype)

    def _found(self, name: str) -> torch.Tensor | None:
        first = self._first(name)
        self._left.discard(first)
        if first not in self._stored:
            self._missing.append(name)
            return None
        return self._stored[first]

    def _first(self, name: str) -> str:
        return name if name in self._stored else self._tied.get(name, name)


def impossible(stored: Mapping[str, torch.Tensor]) -> list[str]:
    """Names of scales that are not positive and finite, and of zero points that are none of 8 bits."""
    wrong: list[str] = []
    for name, tensor in stored.items():
        if name.endswith("_zero_point") and not ((tensor >= -128) & (tensor <= 255)).all():
            wrong.append(name)
        stem = name.removesuffix("_scale")
        # A model may have a `logit_scale` of its own, which may be anything.
        quantizes = f"{stem}_zero_point" in stored or (stem in stored and stored[stem].dtype == torch.int8)
        if stem != name and quantizes and not (tensor.isfinite() & (tensor > 0)).all():
            wrong.append(name)
    return wrong


def _described(tensor: torch.Tensor) -> str:
    return f"{_kind(tensor.dtype)} {tuple(tensor.shape)}"


def _kind(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def _refuse_empty(module: nn.Module) -> None:
    for prefix, part in module.named_modules():
        stored = [
            *part.named_parameters(recurse=False),
            *part.named_buffers(recurse=False),
            *vars(part).items(),
        ]
        for name, value in stored:
            if isinstance(value, torch.Tensor) and value.is_meta:
                raise VidcompressError(
                    f"its model computes {f'{prefix}.{name}'.lstrip('.')} when it is built, which is not stored:"
                    " load it with module=, a function that builds the uncompressed module"
                )
