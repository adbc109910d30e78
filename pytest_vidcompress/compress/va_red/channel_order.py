"""Filters in an order in which the first ones tell the most of the others. Heavy.

The first filters are those that any option computes, and each that is missing is made of one of them. In which order
a network that was trained before has its filters says nothing, and may be changed with whoever reads them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack

import torch
from torch import nn

from .search_space import SearchSpace
from .sites.convolution_site import Site

_PLACES = 4096
"""Of all clips, whose channels are compared."""


@torch.no_grad()
def order_channels(
    module: nn.Module, sites: Sequence[Site], space: SearchSpace, pixels: torch.Tensor
) -> None:
    """Sorts the filters of a module in place; it is the same function after that.

    Args:
        sites: its convolutions; those whose channels are added to others stay as they are.
        pixels: of some clips.
    """
    for site, alike in _likenesses(module, [site for site in sites if site.columns], pixels):
        order = leading_first(alike, space.widths(len(alike)))
        places = torch.tensor(order, device=pixels.device)
        for name in (site.convolution, site.norm, *site.rows):
            _sort(module.get_submodule(name), places, 0)
        for name in site.columns:
            _sort(module.get_submodule(name), places, 1)


def leading_first(alike: torch.Tensor, widths: Sequence[int]) -> list[int]:
    """An order of channels: first what is left of each narrower width, behind it what is made of the first of that.

    Args:
        alike: `(C, C)`, how alike two of them are.
        widths: descending from C; each no less than half of the one before.
    """
    pool, levels = [*range(widths[0])], list[dict[int, int]]()
    for width in widths[1:]:
        pairs = _pairs(alike, pool, len(pool) - width)
        levels.append(pairs)
        pool = [channel for channel in pool if channel not in pairs.values()]
    for pairs in reversed(levels):
        followers = [pairs.get(leader) for leader in pool[: len(pairs)]]
        left = [each for each in pairs.values() if each not in followers]
        pool = pool + [left.pop(0) if each is None else each for each in followers]
    return pool


def _pairs(alike: torch.Tensor, pool: Sequence[int], number: int) -> dict[int, int]:
    """So many pairs, no channel twice, those that are most alike first: who stays -> who is made of it."""
    among = alike[pool][:, pool].triu(1)
    first, second = torch.unravel_index(among.flatten().argsort(descending=True, stable=True), among.shape)
    found: dict[int, int] = {}
    gone = set[int]()
    for row, column in zip(first.tolist(), second.tolist(), strict=True):
        if len(found) == number:
            break
        leader, follower = pool[row], pool[column]
        if row < column and not gone & {leader, follower}:
            found[leader] = follower
            gone |= {leader, follower}
    return found


def _likenesses(
    module: nn.Module, sites: Sequence[Site], pixels: torch.Tensor
) -> list[tuple[Site, torch.Tensor]]:
    """How much of the variance of each channel another one has, `(C, C)`, behind the norm of each site."""
    found: list[tuple[Site, torch.Tensor]] = []

    def noting(site: Site) -> Callable[..., None]:
        def note(part: nn.Module, inputs: object, clips: torch.Tensor) -> None:
            found.append((site, _likeness(clips)))

        return note

    with ExitStack() as hooks:
        for site in sites:
            hooks.callback(module.get_submodule(site.norm).register_forward_hook(noting(site)).remove)
        module(pixels)
    return found


def _likeness(clips: torch.Tensor) -> torch.Tensor:
    places = clips.transpose(0, 1).flatten(1)
    places = places[:, :: max(1, places.shape[1] // _PLACES)]
    return torch.corrcoef(places.double()).nan_to_num().abs()


def _sort(part: nn.Module, places: torch.Tensor, axis: int) -> None:
    for tensor in (*part.parameters(recurse=False), *part.buffers(recurse=False)):
        if tensor.ndim > axis:
            tensor.copy_(tensor.index_select(axis, places))
