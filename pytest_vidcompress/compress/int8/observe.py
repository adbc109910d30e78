"""What the layers of a model are given, on calibration clips."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch
from torch import nn

if TYPE_CHECKING:
    from ...clips.loader import Clips

ROWS = 512
"""Rows of a layer's input that are kept in all."""
VALUES = 1 << 18
"""Values of a part of attention that are kept in all."""
QUERIES = 32
"""Whose weights are looked at, of each head and clip."""


@dataclass
class Seen:
    """The inputs of one layer, `(..., channels)`."""

    largest: torch.Tensor
    """Of the absolute values, a channel."""
    total: torch.Tensor
    """Sum over rows, a channel, in double precision."""
    count: int = 0
    rows: list[torch.Tensor] = field(default_factory=list[torch.Tensor])
    """A share of the rows of every clip."""

    @property
    def mean(self) -> torch.Tensor:
        return (self.total / max(1, self.count)).float()

    @property
    def sample(self) -> torch.Tensor:
        """`(rows, channels)`."""
        return torch.cat(self.rows)

    def take(self, inputs: torch.Tensor, rows: int) -> None:
        flat = inputs.detach().flatten(0, -2)
        self.largest = torch.maximum(self.largest, flat.abs().amax(0))
        self.total += flat.sum(0, dtype=torch.double)
        self.count += len(flat)
        self.rows.append(flat[_spread(len(flat), rows, self.count)].clone())


@torch.inference_mode()
def observe(
    module: nn.Module, clips: Clips, attention: Collection[str] = ()
) -> tuple[Mapping[str, Seen], Mapping[str, Sequence[torch.Tensor]]]:
    """Runs clips through a model, once.

    Args:
        clips: all of them are taken, with all their views.
        attention: dotted names of the parts that are called with queries, keys and values.

    Returns:
        What each linear layer was given, by its dotted name; layers that were not called are not there. And some
        queries, keys, values and weights (after softmax) of each part of attention.
    """
    number = max(1, clips.expected)
    layers: dict[str, Seen] = {}
    products: dict[str, list[list[torch.Tensor]]] = {name: [[], [], [], []] for name in attention}
    with ExitStack() as hooks:
        for name, part in module.named_modules():
            if type(part) is nn.Linear:
                hook = _layer_hook(layers, name, ROWS // number + 1)
            elif name in products:
                hook = _attention_hook(products[name], VALUES // number + 1)
            else:
                continue
            hooks.callback(part.register_forward_pre_hook(hook).remove)
        for views, _ in clips.batches(1):
            for view in views.split(1):
                module(view)
    return layers, {name: [torch.cat(values) for values in kept] for name, kept in products.items()}


def _layer_hook(seen: dict[str, Seen], name: str, rows: int) -> Callable[..., None]:
    def take(_: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        channels = inputs[0].shape[-1]
        if name not in seen:
            seen[name] = Seen(torch.zeros(channels), torch.zeros(channels, dtype=torch.double))
        seen[name].take(inputs[0], rows)

    return take


def _attention_hook(kept: list[list[torch.Tensor]], number: int) -> Callable[..., None]:
    def take(_: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        query, key, _value = inputs
        asking = query[..., _spread(query.shape[-2], QUERIES, 0), :]
        weights = (asking @ key.transpose(-2, -1) * query.shape[-1] ** -0.5).softmax(-1)
        for values, part in zip(kept, (*inputs, weights), strict=True):
            flat = part.flatten()
            values.append(flat[_spread(len(flat), number, len(values))].clone())

    return take


def _spread(total: int, wanted: int, salt: int) -> torch.Tensor:
    """Indices of some of `total` rows: other ones each time, and the same in every run."""
    generator = torch.Generator().manual_seed(salt)
    return torch.randint(total, (min(total, wanted),), generator=generator)
