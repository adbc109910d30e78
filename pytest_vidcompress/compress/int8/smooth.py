"""SmoothQuant: what is hard to round in a layer's inputs is moved into its weights, which round better.

Channels of the inputs that reach far are divided by a factor, and the weights that meet them are multiplied by it;
the norm in front does the dividing, so that nothing is added (Xiao et al., "SmoothQuant", ICML 2023, section 4).
Where a layer stands in front instead, its own weights do, which have a scale an output and round as before; between
the two may be what multiplies along with its inputs, such as ReLU (Nagel et al., "Data-Free Quantization Through
Weight Equalization and Bias Correction", ICCV 2019, section 4.1). The function stays the same up to rounding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from ...models.batch_norms import BATCH_NORMS
from ..layers.dataflow import Call, Dataflow
from ..layers.product import Layer, classifier, input_channels, is_layer
from .observe import Seen

LEAST = 1e-5
_NORMS = (nn.LayerNorm, *BATCH_NORMS)
_ELEMENTWISE = frozenset({"relu", "relu_", "leaky_relu", "leaky_relu_", "dropout", "contiguous"})
"""Functions that give a multiple, by a positive factor, of what they give for a multiple of their inputs."""
_POOLING = frozenset(
    f"{kind}_pool{rank}d" for kind in ("max", "avg", "adaptive_max", "adaptive_avg") for rank in (1, 2, 3)
)
"""The same, channel by channel."""


def smooth(module: nn.Module, seen: Mapping[str, Seen], strength: float, flow: Dataflow) -> None:
    """Smooths the inputs of all layers that take exactly what one norm or layer gives, but for the classifier.

    Args:
        seen: what the layers are given; brought up to date.
        strength: 0 leaves the inputs, 1 makes all their channels reach equally far (SmoothQuant's alpha).
        flow: of `module`, which tells what layers follow which norm.
    """
    parts: Mapping[str, Any] = dict(module.named_modules())
    head = classifier({name: part for name, part in parts.items() if is_layer(part)})
    for source, names in followers(module, flow).items():
        if head in names:
            continue  # what it is given is the clip's embedding, and searches compare these
        layers: list[Layer] = [parts[name] for name in names]
        factor = _factor(seen, names, layers, strength)
        with torch.no_grad():
            _divide_outputs(parts[source], factor)
            for name, layer in zip(names, layers, strict=True):
                by_channel = input_channels(layer, layer.weight) * _by_group(layer, factor)
                layer.weight = _in_place_of(layer.weight, by_channel.reshape(layer.weight.shape))
                seen[name].divide(factor)


def followers(module: nn.Module, flow: Dataflow) -> Mapping[str, Sequence[str]]:
    """Norms and layers -> the layers that take what they give; all of it, always, and nobody else does."""
    parts = dict(module.named_modules())
    layers = {flow.number(part.weight): name for name, part in parts.items() if is_layer(part)}
    names = {name: _Flow(flow, layers).of(name, part) for name, part in parts.items() if _is_source(part)}
    return {name: found for name, found in names.items() if found}


def _is_source(part: Any) -> bool:
    if type(part) is nn.LayerNorm and len(part.normalized_shape) != 1:
        return False
    affine = getattr(part, "elementwise_affine", getattr(part, "affine", False))
    return (type(part) in _NORMS and affine and part.bias is not None) or is_layer(part)


@dataclass(frozen=True)
class _Flow:
    """Where what a part gives goes to."""

    flow: Dataflow
    layers: Mapping[int, str]
    """Number of a weight -> name of its layer."""

    def of(self, name: str, part: Any) -> Sequence[str]:
        """The layers that take all that a part gives; none if anything else does."""
        runs = self.flow.runs_of(name)
        if not runs or len(self.flow.takers(self.flow.number(part.weight))) != len(runs):
            return ()
        last = type(part) is nn.LayerNorm or isinstance(part, nn.Linear)
        found = [self._takers(run.gives, last) for run in runs]
        names = found[0] or ()
        if any(each != names for each in found):
            return ()
        uses = (len(self.flow.runs_of(each)) for each in names)
        return names if all(count == len(runs) for count in uses) else ()

    def _takers(self, tensor: int, last: bool) -> Sequence[str] | None:
        """The layers that take a tensor, or what others make of it; None if it goes anywhere else.

        Args:
            last: are its channels the last axis? Otherwise they are the second.
        """
        if tensor in self.flow.returned:
            return None
        names: list[str] = []
        for call in self.flow.takers(tensor):
            layer = self._layer(call, tensor, last)
            if layer:
                names.append(layer)
            elif not _passes(call, tensor, last):
                return None
            elif call.gives[0] != tensor:  # what is done in place is followed already
                further = self._takers(call.gives[0], last)
                if further is None:
                    return None
                names += further
        return tuple(names)

    def _layer(self, call: Call, tensor: int, last: bool) -> str:
        """The layer whose product a call is; empty if it is none, or its channels are another axis."""
        if len(call.takes) < 2 or call.takes[0] != tensor or tensor in call.takes[1:]:
            return ""
        axes = len(call.shapes[0])
        fits = last or axes == 2 if call.function == "linear" else not last
        return self.layers.get(call.takes[1], "") if fits else ""


def _passes(call: Call, tensor: int, last: bool) -> bool:
    """Does a call give a multiple of each channel for a multiple of it, and leave the channels where they are?"""
    if call.takes != (tensor,) or len(call.gives) != 1:
        return False
    before, after = call.shapes
    if call.function in _ELEMENTWISE:
        return before == after
    if last:
        return False
    if call.function in _POOLING:
        return before[:2] == after[:2]
    # The classifier's input: one number a channel, or the mean over all but batch and channels.
    alone = before.numel() == before[:2].numel() and call.function in (
        "flatten",
        "squeeze",
        "view",
        "reshape",
    )
    return after == before[:2] and (alone or (call.function == "mean" and _over_places(call)))


def _over_places(call: Call) -> bool:
    """Is a mean over none of the first two axes?"""
    options: Mapping[str, Any] = call.arguments[-1]
    axes = options.get("dim", call.arguments[1] if len(call.arguments) > 2 else None)
    return isinstance(axes, tuple | list) and all(
        isinstance(axis, int) and axis not in (0, 1) for axis in axes
    )


def _factor(
    seen: Mapping[str, Seen], names: Sequence[str], layers: Sequence[Layer], strength: float
) -> torch.Tensor:
    inputs = torch.stack([seen[name].largest for name in names]).amax(0).clamp(min=LEAST)
    weights = torch.stack([_reach(layer) for layer in layers]).amax(0).clamp(min=LEAST)
    factor = inputs**strength / weights ** (1 - strength)
    # Of the whole it changes nothing: only how far channels lie apart.
    return (factor / factor.log().mean().exp()).clamp(1e-3, 1e3)


def _reach(layer: Layer) -> torch.Tensor:
    """The largest weight that meets each channel of the inputs, `(channels,)`."""
    return input_channels(layer, layer.weight.detach()).abs().amax((1, 3)).flatten()


def _by_group(layer: Layer, factor: torch.Tensor) -> torch.Tensor:
    """A factor a channel in the shape of `input_channels`."""
    groups = 1 if isinstance(layer, nn.Linear) else layer.groups
    return factor.reshape(groups, 1, -1, 1)


def _divide_outputs(part: Any, factor: torch.Tensor) -> None:
    """Divides what a norm or a layer gives, a factor a channel."""
    by_output = factor.reshape(-1, *[1] * (part.weight.ndim - 1))
    part.weight = _in_place_of(part.weight, part.weight / by_output)
    if part.bias is not None:
        part.bias = _in_place_of(part.bias, part.bias / factor)


def _in_place_of(before: torch.Tensor, after: torch.Tensor) -> nn.Parameter:
    return nn.Parameter(after.detach(), requires_grad=before.requires_grad)
