"""Modules whose numbers are stored in unusual ways: quantized, sparse, wrapped, several in one, hidden."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn
from torch.ao import quantization


def dynamic(module: nn.Module, dtype: torch.dtype = torch.qint8) -> Any:
    kinds = {nn.Linear, nn.LSTM, nn.GRU, nn.LSTMCell}
    return quantization.quantize_dynamic(nn.Sequential(module), kinds, dtype=dtype)


def static(module: nn.Module, inputs: torch.Tensor) -> Any:
    whole = quantization.QuantWrapper(module).eval()
    whole.qconfig = quantization.get_default_qconfig("x86")  # type: ignore[assignment]
    ready = quantization.prepare(whole)
    ready(inputs)
    return quantization.convert(ready)


def wrapped(config: str, layer: nn.Module) -> nn.Module:
    module = pytest.importorskip("torchao.quantization", reason="torchao is not installed")
    made = nn.Sequential(layer)
    module.quantize_(made, getattr(module, config)())
    return made


class Holding(nn.Module):
    """A module with one buffer."""

    def __init__(self, buffer: torch.Tensor) -> None:
        super().__init__()
        self.register_buffer("w", buffer)


class Strange:
    """Numbers that nobody can see."""


class Secret(nn.Linear):
    def get_extra_state(self) -> Strange:
        return Strange()

    def set_extra_state(self, state: Any) -> None: ...


class Nibbles(torch.Tensor):
    """Two numbers in a byte, as four-bit tensors of torchao hold them."""

    packed: torch.Tensor

    @staticmethod
    def __new__(cls, packed: torch.Tensor) -> Nibbles:
        shape = (packed.shape[0], 2 * packed.shape[1])
        made = torch.Tensor._make_wrapper_subclass(cls, shape, dtype=torch.float32)  # type: ignore[attr-defined]
        made.packed = packed
        return made

    def __tensor_flatten__(self) -> tuple[list[str], None]:
        return ["packed"], None

    @staticmethod
    def __tensor_unflatten__(inner: dict[str, torch.Tensor], *_: Any) -> Nibbles:
        return Nibbles(inner["packed"])

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func is torch.ops.aten.detach.default:
            return Nibbles(args[0].packed)
        raise NotImplementedError(func)
