"""Torch's dynamic int8 layers, packed for one engine for good.

Whenever such a layer is copied, sent to another process or loaded, torch packs its weights for the engine that is
set there and then. These remember for which they were packed, and compute the same numbers everywhere.
"""

from __future__ import annotations

import warnings
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch.ao.nn.quantized import dynamic
from torch.ao.nn.quantized.modules.linear import LinearPackedParams

from ...errors import VidcompressError


class PackedWeights(LinearPackedParams):
    """Weights and bias of one layer, packed for `engine`."""

    def __init__(self, engine: str) -> None:
        self.engine = engine  # packing begins in what follows
        super().__init__(dtype=torch.qint8)

    def set_weight_bias(self, weight: torch.Tensor, bias: torch.Tensor | None) -> None:
        with using(self.engine):
            super().set_weight_bias(weight, bias)

    def __deepcopy__(self, memo: dict[int, Any]) -> PackedWeights:
        made = memo[id(self)] = PackedWeights(self.engine)
        made.set_weight_bias(*self._unpacked())
        return made.train(self.training)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_packed_params": self._unpacked()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        state = dict(state)
        unpacked = state.pop("_packed_params")
        super().__setstate__(state)
        self.set_weight_bias(*unpacked)

    def _unpacked(self) -> tuple[torch.Tensor, torch.Tensor | None]:
        weight, bias = self._weight_bias()
        return weight, None if bias is None else bias.detach()


def packed(module: nn.Module, engine: str) -> nn.Module:
    """A copy of `module` whose linear layers are int8, as `torch.ao.quantization.quantize_dynamic` makes them.

    Raises:
        VidcompressError: this torch has no such engine.
    """
    with using(engine), _quiet():
        made: nn.Module = torch.ao.quantization.quantize_dynamic(  # pyright: ignore[reportDeprecated]
            module, {nn.Linear}, dtype=torch.qint8
        )
    for layer in made.modules():
        if type(layer) is dynamic.Linear:
            _pack(layer, engine, layer.weight(), layer.bias())
    return made


def without_weights(module: nn.Module, engine: str) -> nn.Module:
    """As `packed`, in place and whatever the weights: they are all zero, and only their shapes are right."""
    for name, child in module.named_children():
        if type(child) is nn.Linear:
            setattr(module, name, _empty(child, engine))
        else:
            without_weights(child, engine)
    return module


@contextmanager
def using(engine: str) -> Generator[None]:
    """What is packed inside is packed for `engine`."""
    if engine not in torch.backends.quantized.supported_engines:
        there = ", ".join(e for e in torch.backends.quantized.supported_engines if e != "none")
        raise VidcompressError(f"quantization engine {engine!r} is not in this torch: it has {there}")
    before = torch.backends.quantized.engine
    torch.backends.quantized.engine = engine
    try:
        yield
    finally:
        torch.backends.quantized.engine = before


def _empty(linear: nn.Linear, engine: str) -> nn.Module:
    outputs, inputs = linear.out_features, linear.in_features
    with using(engine), _quiet():
        layer = dynamic.Linear(1, 1)
        layer.in_features, layer.out_features = inputs, outputs
        zeros: Any = torch
        weight = zeros._make_per_tensor_quantized_tensor(
            torch.zeros(outputs, inputs, dtype=torch.int8), 1.0, 0
        )
        has_bias = linear.bias is not None  # pyright: ignore[reportUnnecessaryComparison]
        _pack(layer, engine, weight, torch.zeros(outputs) if has_bias else None)
    return layer.eval()


def _pack(layer: dynamic.Linear, engine: str, weight: torch.Tensor, bias: torch.Tensor | None) -> None:
    parameters = PackedWeights(engine)
    parameters.set_weight_bias(weight, bias)
    layer._packed_params = parameters.eval()  # pyright: ignore[reportPrivateUsage]


@contextmanager
def _quiet() -> Generator[None]:
    """Without the notices that these layers will go one day: the study's technique is just this one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
