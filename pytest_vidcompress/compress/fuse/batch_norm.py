"""Batch norms as part of the layers in front of them: `gamma (W x + b - mean) / sqrt(var + eps) + beta` is one layer.

Which norm follows which layer is seen in a run of the model, whatever its parts are called, so it works for models of
anybody's. In an artefact it is seen in the stored names: a norm that is part of a layer stores nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, TypeGuard, cast

import torch
from torch import nn

from ...models.batch_norms import BATCH_NORMS, BatchNorm
from ..layers.dataflow import Dataflow, dataflow
from ..layers.product import Layer, bias_of, is_layer
from ..layers.substitute import substitute


def norms_after_layers(module: nn.Module, pixels: torch.Tensor) -> Mapping[str, str]:
    """The batch norms that take what one layer gives, all of it and alone: name of the layer -> that of the norm.

    Args:
        module: in eval mode.
        pixels: of one view; their values do not matter.
    """
    parts = dict(module.named_modules())
    norms = {name for name, part in parts.items() if _is_foldable(part)}
    if not norms:
        return {}
    flow = dataflow(module, pixels)
    norm_of: dict[str, str] = {}
    for name, part in parts.items():
        if is_layer(part):
            norm = _only_norm(flow, name, part, norms)
            if norm:
                norm_of[name] = norm
    # What takes outputs of two layers cannot be part of both.
    return {name: norm for name, norm in norm_of.items() if [*norm_of.values()].count(norm) == 1}


def fold(module: nn.Module, norms: Mapping[str, str]) -> nn.Module:
    """Makes batch norms part of the layers in front of them, in place.

    Args:
        norms: name of a layer -> that of its norm.
    """
    parts: Mapping[str, Any] = dict(module.named_modules())
    for name, norm in norms.items():
        layer = parts[name]
        both, trained = _one_layer(layer, parts[norm]), layer.weight.requires_grad
        layer.weight, layer.bias = (nn.Parameter(each, requires_grad=trained) for each in both)
    gone = {parts[norm] for norm in norms.values()}
    return substitute(module, gone.__contains__, lambda *_: nn.Identity())


def drop_norms(module: nn.Module, stored: Collection[str]) -> nn.Module:
    """As `fold` left it, in place and whatever the weights: norms that store nothing are gone, and layers that store
    a bias have one.

    Args:
        stored: names of tensors.
    """
    owners = {name.rpartition(".")[0] for name in stored}
    # A layer that holds int8 weights may hold what else there is of it under `layer`.
    biased = {name.removesuffix(".bias").removesuffix(".layer") for name in stored if name.endswith(".bias")}
    for name, part in module.named_modules():
        if is_layer(part) and bias_of(part) is None and name in biased:
            zeros = part.weight.new_zeros(part.weight.shape[0])
            part.bias = nn.Parameter(zeros, requires_grad=part.weight.requires_grad)
    return substitute(module, _is_foldable, lambda name, _: None if name in owners else nn.Identity())


def _is_foldable(part: nn.Module) -> TypeGuard[BatchNorm]:
    """Does it scale and shift by numbers that no clip changes?"""
    return type(part) in BATCH_NORMS and cast(Any, part).running_mean is not None


def _only_norm(flow: Dataflow, name: str, layer: Layer, norms: Collection[str]) -> str:
    """The norm that takes all that `layer` ever gives, and nothing else; empty where there is none."""
    runs = flow.runs_of(name)
    # Whoever takes its weights without calling it computes with others from now on.
    if not runs or len(flow.takers(flow.number(layer.weight))) != len(runs):
        return ""
    takers: set[str] = set()
    for run in runs:
        after = [each for each in flow.runs if each.takes == run.gives and each.name in norms]
        taken = flow.takers(run.gives)
        if len(after) != 1 or len(taken) != 1 or run.gives in flow.returned:
            return ""
        if isinstance(layer, nn.Linear) and len(taken[0].shapes[0]) != 2:
            return ""  # of tokens the norm takes the second axis for channels, which are the layer's last
        takers.add(after[0].name)
    if len(takers) != 1 or len(flow.runs_of(norm := takers.pop())) != len(runs):
        return ""
    return norm


def _one_layer(layer: Layer, norm: BatchNorm) -> tuple[torch.Tensor, torch.Tensor]:
    """Weight and bias of the one layer; multiplied in double precision."""
    mean, variance = (cast(torch.Tensor, each).double() for each in (norm.running_mean, norm.running_var))
    factor = (variance + norm.eps).rsqrt()
    if norm.affine:
        factor = factor * norm.weight.double()
    weight, bias = layer.weight.double(), bias_of(layer)
    shift = (-mean if bias is None else bias.double() - mean) * factor
    if norm.affine:
        shift = shift + norm.bias.double()
    scaled = weight * factor.reshape(-1, *[1] * (weight.ndim - 1))
    return scaled.detach().to(layer.weight.dtype), shift.detach().to(layer.weight.dtype)
