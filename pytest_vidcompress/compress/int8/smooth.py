"""SmoothQuant: what is hard to round in a layer's inputs is moved into its weights, which round better.

Channels of the inputs that reach far are divided by a factor, and their columns of the weights are multiplied by
it; the layer norm in front does the dividing, so that nothing is added (Xiao et al., "SmoothQuant", ICML 2023,
section 4). The function stays the same up to rounding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import Any

import torch
from torch import nn

from .observe import Seen

LEAST = 1e-5


def smooth(module: nn.Module, seen: Mapping[str, Seen], strength: float, pixels: torch.Tensor) -> int:
    """Smooths the inputs of all linear layers that take exactly what one layer norm gives.

    Args:
        seen: what the layers are given; brought up to date.
        strength: 0 leaves the inputs, 1 makes all their channels reach equally far (SmoothQuant's alpha).
        pixels: of one view, to see which layers follow which norm.

    Returns:
        How many layer norms were changed.
    """
    followers = _followers(module, pixels)
    parts = dict(module.named_modules())
    for norm, names in followers.items():
        layers: list[Any] = [parts[name] for name in names]
        factor = _factor(seen, names, layers, strength)
        with torch.no_grad():
            norm.weight = nn.Parameter(norm.weight / factor, requires_grad=False)
            norm.bias = nn.Parameter(norm.bias / factor, requires_grad=False)
            for name, layer in zip(names, layers, strict=True):
                layer.weight = nn.Parameter(layer.weight * factor, requires_grad=False)
                seen[name].largest = seen[name].largest / factor
                seen[name].total = seen[name].total / factor
                seen[name].rows = [rows / factor for rows in seen[name].rows]
    return len(followers)


def _factor(
    seen: Mapping[str, Seen], names: Sequence[str], layers: Sequence[Any], strength: float
) -> torch.Tensor:
    inputs = torch.stack([seen[name].largest for name in names]).amax(0).clamp(min=LEAST)
    weights = torch.stack([layer.weight.detach().abs().amax(0) for layer in layers]).amax(0).clamp(min=LEAST)
    factor = inputs**strength / weights ** (1 - strength)
    # Of the whole it changes nothing: only how far channels lie apart.
    return (factor / factor.log().mean().exp()).clamp(1e-3, 1e3)


@torch.inference_mode()
def _followers(module: nn.Module, pixels: torch.Tensor) -> dict[Any, list[str]]:
    """The layer norms whose every output goes to the same linear layers, and those layers' names."""
    given: dict[int, tuple[nn.Module, torch.Tensor]] = {}
    calls: dict[nn.Module, list[list[str]]] = {}
    places: dict[int, list[str]] = {}

    def noted(norm: nn.Module, _: Any, output: torch.Tensor) -> None:
        names: list[str] = []
        # Kept alive, so that its identity is nobody else's.
        given[id(output)] = (norm, output)
        places[id(output)] = names
        calls.setdefault(norm, []).append(names)

    with ExitStack() as hooks:
        for name, part in module.named_modules():
            if type(part) is nn.LayerNorm and part.elementwise_affine and part.bias is not None:  # pyright: ignore[reportUnnecessaryComparison]
                hooks.callback(part.register_forward_hook(noted).remove)
            elif type(part) is nn.Linear:

                def taken(_: nn.Module, inputs: tuple[torch.Tensor, ...], name: str = name) -> None:
                    if id(inputs[0]) in given:
                        places[id(inputs[0])].append(name)

                hooks.callback(part.register_forward_pre_hook(taken).remove)
        module(pixels)
    return {norm: names[0] for norm, names in calls.items() if names[0] and all(n == names[0] for n in names)}
