"""A narrower stream of tokens: turned so that what it varies in comes first, and cut.

As SliceGPT turns a transformer of root-mean-square norms (Ashkboos et al., ICLR 2024, section 3), with the layer
norms of an ordinary checkpoint: what scales and shifts in a norm goes into the layers behind it; what writes to the
stream takes its own mean out, which every norm does again; and the principal directions of what is left, one fewer
than the new width, are laid into the new stream so that its mean is zero, too. Uncut, the function stays the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

import torch
from torch import nn

from ...errors import VidcompressError
from ..layers.product import Layer, bias_of
from .anatomies.anatomy import Anatomy, layer_named
from .block_stream import MOST_ROWS, spread
from .layer_by_layer import Method
from .narrow_layers import plain_norm, replace_numbers, resize
from .shares import RANDOM


def stream_width(module: nn.Module, anatomy: Anatomy) -> int:
    """The width of its stream."""
    return layer_named(module, anatomy.patches).weight.shape[0]


@torch.no_grad()
def narrow_stream(
    module: nn.Module, anatomy: Anatomy, width: int, views: Iterable[torch.Tensor], method: Method
) -> torch.Tensor:
    """Makes the stream of tokens narrower, in place.

    Args:
        views: calibration clips; none needed for a random choice.

    Returns:
        What takes a token of before to one of now, `(width, width of before)`, in double precision.
    """
    forth, back = _turns(_directions(module, anatomy, width, views, method), width)
    for name in anatomy.tables:
        _turn_table(module, name, forth)
    _write_turned(layer_named(module, anatomy.patches), forth)
    for block in anatomy.blocks_of(module):
        for names in anatomy.attentions:
            _read_turned(block, names.norm, names.projections, back)
            output = layer_named(block, names.output)
            if names.writer:
                _write_in_turn(output, layer_named(block, names.writer), forth)
            else:
                _write_turned(output, forth)
            anatomy.set_heads(block, names, *anatomy.heads_of(block.get_submodule(names.inner)))
        _read_turned(block, anatomy.mlp_norm, (anatomy.up,), back)
        _write_turned(layer_named(block, anatomy.down), forth)
    _read_turned(module, anatomy.last_norm(module), (anatomy.classifier,), back)
    return forth


def refuse_without_biases(module: nn.Module, anatomy: Anatomy) -> None:
    """Refuses layers behind a norm that cannot take up what it adds.

    Raises:
        VidcompressError: naming one.
    """
    for block in anatomy.blocks_of(module):
        for names in anatomy.attentions:
            for place, name in enumerate(names.projections):
                if bias_of(layer_named(block, name)) is None and not _is_key(names.projections, place):
                    raise VidcompressError(
                        f"width moves what norms add into the layers behind them, and {name} of the blocks has no"
                        " bias: leave width out"
                    )


def resize_stream(module: nn.Module, anatomy: Anatomy, width: int) -> None:
    """Gives a module a stream of this width, whatever its numbers; leaves one that has it."""
    if stream_width(module, anatomy) == width:
        return
    for name in anatomy.tables:
        holder, own = _holder(module, name)
        if hasattr(holder, own):
            table: torch.Tensor = getattr(holder, own)
            _set_table(holder, own, table.new_empty(*table.shape[:-1], width))
    _resize_writer(module, anatomy.patches, width)
    for block in anatomy.blocks_of(module):
        for names in anatomy.attentions:
            _resize_readers(block, names.norm, names.projections, width)
            _resize_writer(block, names.output, width)
            if names.writer:
                resize(layer_named(block, names.writer), width, width)
        _resize_readers(block, anatomy.mlp_norm, (anatomy.up,), width)
        _resize_writer(block, anatomy.down, width)
    _resize_readers(module, anatomy.last_norm(module), (anatomy.classifier,), width)


def store_tables(module: nn.Module, anatomy: Anatomy) -> None:
    """Makes tables that the model computes from its width stored ones: turned ones cannot be computed."""
    for name in anatomy.tables:
        holder, own = _holder(module, name)
        if hasattr(holder, own):
            _set_table(holder, own, getattr(holder, own))


def stores_tables(module: nn.Module, anatomy: Anatomy) -> bool:
    """Are tables stored that its configuration would compute?"""
    holders = (_holder(module, name) for name in anatomy.tables)
    return any(own in dict(holder.named_buffers(recurse=False)) for holder, own in holders)


def _directions(
    module: nn.Module, anatomy: Anatomy, width: int, views: Iterable[torch.Tensor], method: Method
) -> torch.Tensor:
    """Orthonormal directions of tokens without their means, `(before, width - 1)`; those first that vary most."""
    before = stream_width(module, anatomy)
    without_mean = torch.eye(before, dtype=torch.float64) - 1 / before
    if method.choice == RANDOM:
        generator = torch.Generator().manual_seed(method.seed)
        gram = torch.randn(before, before, generator=generator, dtype=torch.float64)
        gram = gram @ gram.T
    else:
        gram = _products(module, anatomy, views).cpu()
    gram = without_mean @ gram @ without_mean
    # The mean itself comes last, whatever else has nothing to it.
    gram = gram / gram.diagonal().sum() - torch.full_like(gram, 1 / before)
    _, vectors = torch.linalg.eigh(gram)
    device = layer_named(module, anatomy.patches).weight.device
    return vectors.flip(1)[:, : width - 1].to(device)


def _products(module: nn.Module, anatomy: Anatomy, views: Iterable[torch.Tensor]) -> torch.Tensor:
    """Mean products of the channels of what norms take, `(D, D)`, each norm's of the same weight."""
    norms: list[nn.Module] = [module.get_submodule(anatomy.last_norm(module))]
    for block in anatomy.blocks_of(module):
        names = (*(each.norm for each in anatomy.attentions), anatomy.mlp_norm)
        norms += (block.get_submodule(each) for each in names)
    sums: dict[nn.Module, torch.Tensor] = {}

    def take(norm: nn.Module, given: tuple[Any, ...]) -> None:
        flat: torch.Tensor = given[0].flatten(0, -2)
        rows = flat[spread(len(flat), MOST_ROWS // 16)].double()
        rows = rows - rows.mean(1, keepdim=True)
        sums[norm] = sums.get(norm, 0) + rows.T @ rows

    hooks = [norm.register_forward_pre_hook(take) for norm in norms]
    try:
        for view in views:
            module(view)
    finally:
        for hook in hooks:
            hook.remove()
    return torch.stack([each / each.diagonal().sum() for each in sums.values()]).mean(0)


def _turns(directions: torch.Tensor, width: int) -> tuple[torch.Tensor, torch.Tensor]:
    """What takes tokens forth, `(width, before)`, and back, `(before, width)`."""
    own = torch.eye(width, dtype=torch.float64, device=directions.device) - 1 / width
    # Directions of the new stream whose means are zero: all but one of its own.
    laid = torch.linalg.eigh(own)[1][:, 1:]  # (width, width - 1)
    return laid @ directions.T, directions @ laid.T


def _holder(module: nn.Module, name: str) -> tuple[nn.Module, str]:
    """The part that has a tensor of this dotted name, and its name there."""
    parent, _, own = name.rpartition(".")
    return module.get_submodule(parent), own


def _turn_table(module: nn.Module, name: str, forth: torch.Tensor) -> None:
    holder, own = _holder(module, name)
    if hasattr(holder, own):
        table: torch.Tensor = getattr(holder, own)
        _set_table(holder, own, (table.detach().to(forth) @ forth.T).to(table.dtype))


def _set_table(holder: nn.Module, name: str, table: torch.Tensor) -> None:
    before: Any = getattr(holder, name)
    if isinstance(before, nn.Parameter):
        setattr(holder, name, nn.Parameter(table.detach(), requires_grad=before.requires_grad))
        return
    if name not in dict(holder.named_buffers(recurse=False)):
        delattr(holder, name)
    holder.register_buffer(name, table)


def _write_turned(layer: Layer, forth: torch.Tensor) -> None:
    """What the layer adds to the stream it adds to the new one."""
    bias = bias_of(layer)
    weight = forth @ layer.weight.to(forth).flatten(1)
    replace_numbers(layer, weight, None if bias is None else forth @ bias.to(forth))


def _write_in_turn(first: Layer, second: Layer, forth: torch.Tensor) -> None:
    """The same of two layers with nothing between them: the first gives as many channels as the second."""
    weight = forth @ second.weight.to(forth)
    bias = forth.new_zeros(len(forth))
    for own, factor in ((first, weight), (second, forth)):
        if (given := bias_of(own)) is not None:
            bias = bias + factor @ given.to(forth)
    turned, _, _ = torch.linalg.svd(weight @ first.weight.to(forth))  # (width, width), orthonormal
    inner = turned.T @ weight @ first.weight.to(forth)
    replace_numbers(first, inner, None if bias_of(first) is None else forth.new_zeros(len(forth)))
    replace_numbers(second, turned, bias)


def _read_turned(part: nn.Module, norm: str, names: tuple[str, ...], back: torch.Tensor) -> None:
    """Layers behind a norm take of the new stream what they took of the old one."""
    own = cast(nn.LayerNorm, part.get_submodule(norm))
    before, width = back.shape
    scale, shift = own.weight.to(back), own.bias.to(back)
    for name in names:
        layer = layer_named(part, name)
        weight, bias = layer.weight.to(back), bias_of(layer)
        # A norm divides a token by its length, and multiplies it by the root of its width.
        turned = (weight * scale) @ back * (before / width) ** 0.5
        # What is added to all keys adds the same to all scores of a query, which softmax takes out again.
        replace_numbers(layer, turned, None if bias is None else bias.to(back) + weight @ shift)
    part.set_submodule(norm, plain_norm(own, width))


def _is_key(projections: tuple[str, ...], place: int) -> bool:
    return len(projections) == 3 and place == 1


def _resize_writer(part: nn.Module, name: str, width: int) -> None:
    layer = layer_named(part, name)
    resize(layer, width, layer.weight.shape[1])


def _resize_readers(part: nn.Module, norm: str, names: tuple[str, ...], width: int) -> None:
    for name in names:
        layer = layer_named(part, name)
        resize(layer, layer.weight.shape[0], width)
    own = cast(nn.LayerNorm, part.get_submodule(norm))
    if own.normalized_shape != (width,):
        part.set_submodule(norm, plain_norm(own, width))
