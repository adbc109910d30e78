"""What goes of a model, how much of each layer, and in which order it is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import torch
from torch import nn

from ...errors import VidcompressError
from ...models.adapter import example_pixels
from ...models.module_copy import module_copy
from .allocation import allocate, kept_of
from .anatomies import anatomies, anatomy_of
from .anatomies.anatomy import Anatomy
from .block_runs import remaining_blocks
from .block_stream import MOST_ROWS, Given, entrances, views_of
from .choice import Order
from .embedding_width import narrow_stream, refuse_without_biases, stream_width
from .layer_by_layer import Clip, Method, Stage, ToStream, orders_of, shrink_stages
from .layer_chains import chain_sites
from .possible_shares import blocks_gone, refuse_shares, width_left
from .shares import GLOBAL
from .site import HEADS, MLP, sites_of
from .structure_record import write_sizes

if TYPE_CHECKING:
    from ...clips.loader import Clips
    from ...models.model import Model
    from .shares import Shrink


def shrink_model(model: Model, parameters: Shrink, clips: Clips, sequential: bool = True) -> None:
    """Shrinks a model's module in place.

    Args:
        sequential: fit each layer on what the shrunk layers before it give, not on what the original's give.

    Raises:
        VidcompressError: it has not what is to go, or nothing of it would be left.
    """
    method = Method(parameters.repair, parameters.choice, parameters.seed, sequential)
    views = [*views_of(clips)] if parameters.calibrates else []
    anatomy = anatomy_of(model.module)
    if anatomy is None:
        _shrink_chains(model, parameters, views, method)
    else:
        _shrink_family(model, anatomy, parameters, views, method)


def _shrink_family(
    model: Model, anatomy: Anatomy, parameters: Shrink, views: Sequence[torch.Tensor], method: Method
) -> None:
    module, blocks = model.module, anatomy.blocks_of(model.module)
    gone = blocks_gone(parameters.blocks, len(blocks))
    width = _width(parameters, anatomy, module)
    shares = {MLP: parameters.neurons, HEADS: parameters.heads}
    sites = [site for block in blocks for site in sites_of(anatomy, block)]
    refuse_shares(sites, shares, parameters.allocate)
    original = module_copy(module)
    own = [*anatomy.blocks_of(original)]
    given = entrances(original, own[0], views)
    standing = remaining_blocks(own, gone, anatomy, given, method)
    to_stream: ToStream | None = None
    if width != stream_width(module, anatomy):
        forth = narrow_stream(module, anatomy, width, views, method)
        to_stream = _Turned(forth)
    stages = [
        Stage(
            tuple(own[index] for index in each),
            blocks[each[0]],
            sites_of(anatomy, own[each[0]], to_stream is not None),
        )
        for each in standing
    ]
    inputs = entrances(module, blocks[0], views) if to_stream else given
    on_their_way = [Clip(*pair) for pair in zip(given, inputs, strict=True)]
    stages = _with_counts(
        stages, shares, parameters.allocate, [each.original for each in on_their_way], method
    )
    shrink_stages(stages, on_their_way, method, to_stream)
    staying = [blocks[each[0]] for each in standing]
    del blocks[len(staying) :]
    for place, block in enumerate(staying):
        blocks[place] = block
    write_sizes(module, anatomy)


class _Turned:
    """Tokens of the original in the narrower stream."""

    def __init__(self, forth: torch.Tensor) -> None:
        self._forth = forth

    def __call__(self, tokens: torch.Tensor) -> torch.Tensor:
        return tokens.to(self._forth) @ self._forth.T


def _shrink_chains(model: Model, parameters: Shrink, views: Sequence[torch.Tensor], method: Method) -> None:
    _refuse_axes(model, parameters)
    pixels = example_pixels(model.profile, seed=0).to(model.device)
    sites = chain_sites(model.module, pixels)
    if not sites:
        raise VidcompressError(
            f"model {model.name!r} has no two layers in a row with nothing but activations and batch norms between"
            " them, so shrink finds no neurons or channels that could go: leave it out of its recipes"
        )
    shares = {MLP: parameters.neurons}
    refuse_shares(sites, shares, parameters.allocate)
    stages = [Stage((module_copy(model.module),), model.module, sites)]
    clips = [Clip(Given(view), Given(view)) for view in views]
    stages = _with_counts(stages, shares, parameters.allocate, [each.original for each in clips], method)
    shrink_stages(stages, clips, method)


def _with_counts(
    stages: Sequence[Stage],
    shares: Mapping[str, float],
    allocation: str,
    given: Sequence[Given],
    method: Method,
) -> list[Stage]:
    """The stages with how many groups of each site are left."""
    orders: dict[str, Order] = {}
    if allocation == GLOBAL:
        most = max(1, MOST_ROWS // max(1, len(given)))
        orders = orders_of(stages, given, method, most)
    kept: dict[str, int] = {}
    for axis, share in shares.items():
        here = {
            f"{place} {site.consumer}": site.groups
            for place, stage in enumerate(stages)
            for site in stage.sites
            if site.axis == axis and share
        }
        if allocation == GLOBAL:
            kept |= allocate({name: orders[name] for name in here}, share)
        else:
            kept |= {name: kept_of(groups, share) for name, groups in here.items()}
    return [
        replace(
            stage,
            kept={
                site.consumer: kept[name]
                for site in stage.sites
                if (name := f"{place} {site.consumer}") in kept
            },
        )
        for place, stage in enumerate(stages)
    ]


def _refuse_axes(model: Model, parameters: Shrink) -> None:
    asked = [name for name in ("heads", "blocks", "width") if getattr(parameters, name)]
    if asked:
        raise VidcompressError(
            f"shrink knows heads, blocks and width of {', '.join(anatomies())}, and model {model.name!r} is a"
            f" {type(model.module).__name__}: leave {' and '.join(asked)} out, mlp it can have"
        )


def _width(parameters: Shrink, anatomy: Anatomy, module: nn.Module) -> int:
    """Channels of a token that are left."""
    before = stream_width(module, anatomy)
    if not parameters.width:
        return before
    refuse_without_biases(module, anatomy)
    return width_left(parameters.width, before, anatomy.configured_heads(module.config)[0])
