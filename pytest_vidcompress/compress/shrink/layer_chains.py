"""Neurons and channels of any module: layers in a row with nothing between them that mixes channels.

Which layer feeds which is watched in a run of the module, so it needs no names: linear layer, activation, linear
layer; convolution, batch norm, activation, pooling, convolution. A depthwise convolution keeps channels apart, and so
does a squeeze-and-excitation, which weighs each by what a small network says of the means of all. What a residual
connection takes as well is left alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import nn

from ...models.batch_norms import BATCH_NORMS
from ..layers.dataflow import Call, Dataflow, dataflow
from ..layers.product import Layer, is_layer
from .anatomies.anatomy import layer_named
from .narrow_layers import is_depthwise, keep_by_channel, keep_channels, keep_inputs, keep_outputs
from .site import INPUTS, MLP, Site

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
    "batch_norm",
    "mean",
}
"""Functions of each channel, the second axis, alone."""


@dataclass(frozen=True)
class Gate:
    """Dotted names of the layers of a squeeze-and-excitation: of the means of channels, and of what weighs them."""

    squeeze: str
    excite: str


@dataclass(frozen=True)
class Chain:
    """Dotted names of a layer, of the batch norms behind it, and of the layer that takes what they give."""

    producer: str
    norms: tuple[str, ...]
    consumer: str
    depthwise: tuple[str, ...] = ()
    """Of convolutions between them, of each channel by itself."""
    gates: tuple[Gate, ...] = ()
    """Between them."""


def chain_sites(module: nn.Module, pixels: torch.Tensor) -> tuple[Site, ...]:
    """Where channels of a module can go, in the order in which it computes them.

    Args:
        module: in eval mode.
        pixels: of one view; their values do not matter.
    """
    return tuple(site for chain in find_chains(module, pixels) for site in _sites(module, chain))


def _sites(module: nn.Module, chain: Chain) -> Iterator[Site]:
    """Where channels go, and what then has to be met anew: a gate's means, and what it weighs."""
    channels = layer_named(module, chain.producer).weight.shape[0]
    yield Site(MLP, chain.consumer, channels, partial(_keep, chain), gets_bias=True)
    for gate in chain.gates:
        yield Site(INPUTS, gate.squeeze)
    if chain.gates:
        yield Site(INPUTS, chain.consumer, gets_bias=True)


def find_chains(module: nn.Module, pixels: torch.Tensor) -> Sequence[Chain]:
    """The chains of a module, by their producers' order."""
    parts = dict(module.named_modules())
    flow = dataflow(module, pixels)
    layers = {name: part for name, part in parts.items() if is_layer(part)}
    mixing = {name: layer for name, layer in layers.items() if getattr(layer, "groups", 1) == 1}
    follower = _Follower(
        flow,
        mixing,
        {name: layer for name, layer in layers.items() if is_depthwise(layer)},
        {name for name, part in parts.items() if isinstance(part, BATCH_NORMS)},
    )
    found = [chain for chain in map(follower.chain, mixing) if chain is not None]
    # What a gate gives goes with the channels that it weighs, so that its own are left.
    gates = {gate.squeeze for chain in found for gate in chain.gates}
    return [chain for chain in found if chain.producer not in gates]


@dataclass(frozen=True)
class _Follower:
    """Goes from what a layer gives to the layer that takes it."""

    flow: Dataflow
    layers: Mapping[str, Layer]
    """Without groups."""
    depthwise: Mapping[str, Layer]
    norms: set[str]

    def chain(self, name: str) -> Chain | None:
        """From this layer on; None where what it gives goes anywhere else, or the layer is used twice."""
        layer, runs = self.layers[name], self.flow.runs_of(name)
        if len(runs) != 1 or len(self.flow.takers(self.flow.number(layer.weight))) != 1:
            return None
        of_linear = isinstance(layer, nn.Linear)
        # Tensors of these channels and of nothing else.
        made, norms, consumers = {runs[0].gives}, list[str](), list[str]()
        depthwise, gates = list[str](), list[Gate]()
        for call in self.flow.calls:
            own = made.intersection(call.takes)
            if not own:
                continue
            consumer = self._consumer(call, own, of_linear)
            if consumer:
                consumers.append(consumer)
            elif apart := self._named(self.depthwise, call, own):
                depthwise.append(apart)
                made.update(call.gives)
            elif gate := self._gate(call, made, consumers):
                gates.append(gate)
                consumers.remove(gate.squeeze)
                made.update(call.gives)
            elif call.function == "batch_norm" and not of_linear:
                norms.append(self._norm(call.takes[0]))
                made.update(call.gives)
            elif made.issuperset(call.takes) and _leaves_channels(call, of_linear):
                made.update(call.gives)
            else:
                return None
        is_whole = len(consumers) == 1 and all(norms) and made.isdisjoint(self.flow.returned)
        if not is_whole:
            return None
        return Chain(name, tuple(norms), consumers[0], tuple(depthwise), tuple(gates))

    def _consumer(self, call: Call, own: set[int], of_linear: bool) -> str:
        """The layer whose product a call is, of these channels; empty where it is none."""
        name = self._named(self.layers, call, own)
        return name if name and isinstance(self.layers[name], nn.Linear) == of_linear else ""

    def _named(self, layers: Mapping[str, Layer], call: Call, own: set[int]) -> str:
        """The one of some layers whose product a call is, of these channels and once; empty where it is none."""
        if len(call.takes) < 2 or call.takes[0] not in own or own.intersection(call.takes[1:]):
            return ""
        for name, layer in layers.items():
            if self.flow.number(layer.weight) == call.takes[1]:
                once = len(self.flow.runs_of(name)) == 1 and len(self.flow.takers(call.takes[1])) == 1
                return name if once else ""
        return ""

    def _gate(self, call: Call, made: set[int], consumers: Sequence[str]) -> Gate | None:
        """The squeeze-and-excitation that a call ends, of these channels; None where it ends none.

        Args:
            made: tensors of these channels.
            consumers: layers that take some of them.
        """
        others = [tensor for tensor in call.takes if tensor not in made]
        if call.function != "mul" or len(others) != 1 or call.shapes[0] != call.shapes[1]:
            return None
        for squeeze in consumers:
            inner = self.chain(squeeze)
            if inner and not inner.norms and others[0] in self._given_alone(inner.consumer):
                return Gate(squeeze, inner.consumer)
        return None

    def _given_alone(self, name: str) -> set[int]:
        """What a layer gives, and functions of each number of it, as long as nothing else takes what comes before."""
        tensor = self.flow.runs_of(name)[0].gives
        found = {tensor}
        while len(takers := self.flow.takers(tensor)) == 1 and _leaves_channels(takers[0], of_linear=True):
            if len(takers[0].takes) != 1:
                break
            tensor = takers[0].gives[0]
            found.add(tensor)
        return found

    def _norm(self, tensor: int) -> str:
        """The batch norm that takes a tensor; empty where none does by itself, or it is used twice."""
        names = [run.name for run in self.flow.runs if run.name in self.norms and run.takes == tensor]
        return names[0] if len(names) == 1 and len(self.flow.runs_of(names[0])) == 1 else ""


def _leaves_channels(call: Call, of_linear: bool) -> bool:
    """Does a call keep channels apart, and where they are?"""
    before, after = call.shapes
    if call.function in _BY_ELEMENT:
        return before == after
    by_channel = before[:2] == after[:2] and len(before) == len(after)
    return not of_linear and call.function in _BY_CHANNEL and by_channel


def _keep(chain: Chain, module: nn.Module, chosen: torch.Tensor) -> None:
    keep_outputs(layer_named(module, chain.producer), chosen)
    for norm in chain.norms:
        keep_channels(module.get_submodule(norm), chosen)
    for apart in chain.depthwise:
        keep_by_channel(layer_named(module, apart), chosen)
    for gate in chain.gates:
        keep_inputs(layer_named(module, gate.squeeze), chosen)
        keep_outputs(layer_named(module, gate.excite), chosen)
    keep_inputs(layer_named(module, chain.consumer), chosen)
