"""Neurons and channels of any module: layers in a row with nothing between them that mixes channels.

Which layer feeds which is watched in a run of the module, so it needs no names: linear layer, activation, linear
layer; convolution, batch norm, activation, pooling, convolution. What a residual connection takes as well is left
alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import nn

from ...models.batch_norms import BATCH_NORMS
from ..layers.dataflow import Call, Dataflow, dataflow
from ..layers.product import Layer, is_layer
from .anatomies.anatomy import layer_named
from .narrow_layers import keep_channels, keep_inputs, keep_outputs
from .site import MLP, Site

_BY_ELEMENT = frozenset(
    {
        *(
            "relu",
            "relu_",
            "relu6",
            "leaky_relu",
            "leaky_relu_",
            "elu",
            "elu_",
            "selu",
            "celu",
            "gelu",
            "silu",
        ),
        *(
            "mish",
            "softplus",
            "sigmoid",
            "tanh",
            "hardtanh",
            "hardswish",
            "hardsigmoid",
            "dropout",
            "contiguous",
        ),
        *("mul", "pow", "add"),
    }
)
"""Functions of each number alone; the last three of a tensor and of numbers that are the same for all."""
_BY_CHANNEL = frozenset(f"{kind}_pool{rank}d" for kind in ("max", "avg") for rank in (1, 2, 3)) | {
    "batch_norm"
}
"""Functions of each channel, the second axis, alone."""


@dataclass(frozen=True)
class Chain:
    """Dotted names of a layer, of the batch norms behind it, and of the layer that takes what they give."""

    producer: str
    norms: tuple[str, ...]
    consumer: str


def chain_sites(module: nn.Module, pixels: torch.Tensor) -> tuple[Site, ...]:
    """Where channels of a module can go, in the order in which it computes them.

    Args:
        module: in eval mode.
        pixels: of one view; their values do not matter.
    """
    chains = find_chains(module, pixels)
    return tuple(
        Site(
            MLP,
            chain.consumer,
            layer_named(module, chain.producer).weight.shape[0],
            partial(_keep, chain),
            gets_bias=True,
        )
        for chain in chains
    )


def find_chains(module: nn.Module, pixels: torch.Tensor) -> Sequence[Chain]:
    """The chains of a module, by their producers' order."""
    parts = dict(module.named_modules())
    flow = dataflow(module, pixels)
    layers = {
        name: part for name, part in parts.items() if is_layer(part) and getattr(part, "groups", 1) == 1
    }
    follower = _Follower(
        flow, layers, {name for name, part in parts.items() if isinstance(part, BATCH_NORMS)}
    )
    found = (follower.chain(name) for name in layers)
    return [chain for chain in found if chain is not None]


@dataclass(frozen=True)
class _Follower:
    """Goes from what a layer gives to the layer that takes it."""

    flow: Dataflow
    layers: Mapping[str, Layer]
    norms: set[str]

    def chain(self, name: str) -> Chain | None:
        """From this layer on; None where what it gives goes anywhere else, or the layer is used twice."""
        layer, runs = self.layers[name], self.flow.runs_of(name)
        if len(runs) != 1 or len(self.flow.takers(self.flow.number(layer.weight))) != 1:
            return None
        of_linear = isinstance(layer, nn.Linear)
        # Tensors of these channels and of nothing else.
        made, norms, consumers = {runs[0].gives}, list[str](), list[str]()
        for call in self.flow.calls:
            own = made.intersection(call.takes)
            if not own:
                continue
            consumer = self._consumer(call, own, of_linear)
            if consumer:
                consumers.append(consumer)
            elif call.function == "batch_norm" and not of_linear:
                norms.append(self._norm(call.takes[0]))
                made.update(call.gives)
            elif made.issuperset(call.takes) and _leaves_channels(call, of_linear):
                made.update(call.gives)
            else:
                return None
        is_whole = len(consumers) == 1 and all(norms) and made.isdisjoint(self.flow.returned)
        return Chain(name, tuple(norms), consumers[0]) if is_whole else None

    def _consumer(self, call: Call, own: set[int], of_linear: bool) -> str:
        """The layer whose product a call is, of these channels; empty where it is none."""
        if len(call.takes) < 2 or call.takes[0] not in own or own.intersection(call.takes[1:]):
            return ""
        for name, layer in self.layers.items():
            if self.flow.number(layer.weight) == call.takes[1]:
                once = len(self.flow.runs_of(name)) == 1 and len(self.flow.takers(call.takes[1])) == 1
                return name if once and isinstance(layer, nn.Linear) == of_linear else ""
        return ""

    def _norm(self, tensor: int) -> str:
        """The batch norm that takes a tensor; empty where none does by itself, or it is used twice."""
        names = [run.name for run in self.flow.runs if run.name in self.norms and run.takes == tensor]
        return names[0] if len(names) == 1 and len(self.flow.runs_of(names[0])) == 1 else ""


def _leaves_channels(call: Call, of_linear: bool) -> bool:
    """Does a call keep channels apart, and where they are?"""
    before, after = call.shapes
    if call.function in _BY_ELEMENT:
        return before == after
    return not of_linear and call.function in _BY_CHANNEL and before[:2] == after[:2]


def _keep(chain: Chain, module: nn.Module, chosen: torch.Tensor) -> None:
    keep_outputs(layer_named(module, chain.producer), chosen)
    for norm in chain.norms:
        keep_channels(module.get_submodule(norm), chosen)
    keep_inputs(layer_named(module, chain.consumer), chosen)
