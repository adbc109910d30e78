"""Where something can go: a layer whose inputs go in groups, with what makes them; and where only numbers change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import nn

from .anatomies.anatomy import Anatomy, AttentionNames, layer_named
from .narrow_layers import keep_inputs, keep_outputs

MLP, HEADS, INPUTS = "mlp", "heads", "inputs"
"""The axes that sites are of: neurons or channels; heads; none, where a layer's inputs have become others."""


@dataclass(frozen=True)
class Site:
    """One layer of a stage whose inputs can go, or have to be met anew."""

    axis: str
    consumer: str
    """Dotted name of the layer within its stage."""
    groups: int = 0
    """Of its inputs, which go together; 0: none can."""
    keep: Callable[[nn.Module, torch.Tensor], None] | None = None
    """`(stage, indices of groups) -> None`: leaves these, in place, of whatever makes them and of the layer."""
    stream: str = ""
    """Dotted name of the norm that takes the stream of tokens that the layer adds to; empty where it adds to none."""
    ends: bool = False
    """Is what the stage gives the stream after this?"""
    writer: str = ""
    """Dotted name of another layer, right behind it, that adds to the stream for it; empty: none."""
    has_class_token: bool = False
    """Is the first of the tokens that the layer takes the one that the head reads?"""
    gets_bias: bool = False
    """May the layer get a bias where it has none?"""


def sites_of(anatomy: Anatomy, block: nn.Module, of_inputs: bool = False) -> tuple[Site, ...]:
    """Those of a block, in the order in which it computes them.

    Args:
        of_inputs: those of layers that take what norms give, too.
    """
    found: list[Site] = []
    for names in anatomy.attentions:
        leads = anatomy.class_token and names.of_all
        if of_inputs:
            found += (Site(INPUTS, each, has_class_token=leads) for each in names.projections)
        heads, _ = anatomy.heads_of(block.get_submodule(names.inner))
        keep, stream = partial(_keep_heads, anatomy, names), "" if names.writer else names.norm
        found.append(
            Site(HEADS, names.output, heads, keep, stream, writer=names.writer, has_class_token=leads)
        )
        if names.writer:
            found.append(Site(INPUTS, names.writer, stream=names.norm, has_class_token=leads))
    leads = anatomy.class_token
    if of_inputs:
        found.append(Site(INPUTS, anatomy.up, has_class_token=leads))
    neurons = layer_named(block, anatomy.up).weight.shape[0]
    keep = partial(_keep_neurons, anatomy)
    found.append(Site(MLP, anatomy.down, neurons, keep, anatomy.mlp_norm, True, has_class_token=leads))
    return tuple(found)


def _keep_neurons(anatomy: Anatomy, block: nn.Module, chosen: torch.Tensor) -> None:
    keep_outputs(layer_named(block, anatomy.up), chosen)
    keep_inputs(layer_named(block, anatomy.down), chosen)


def _keep_heads(anatomy: Anatomy, names: AttentionNames, block: nn.Module, chosen: torch.Tensor) -> None:
    inner: Any = block.get_submodule(names.inner)
    heads, size = anatomy.heads_of(inner)
    channels = torch.arange(heads * size).unflatten(0, (heads, size))[chosen.cpu()].flatten()
    for name in names.projections:
        layer = layer_named(block, name)
        together = layer.weight.shape[0] // (heads * size)
        keep_outputs(layer, torch.cat([channels + part * heads * size for part in range(together)]))
    keep_inputs(layer_named(block, names.output), channels)
    anatomy.set_heads(block, names, len(chosen), size)
