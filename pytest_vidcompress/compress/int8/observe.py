"""What the layers of a model are given, on calibration clips."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING

import torch
from torch import nn

from ..layers.geometry import Geometry
from ..layers.product import Convolution, Layer, is_layer

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
    """The inputs of one layer. A row is what single outputs meet: `(channels,)`, of a convolution the patch under its
    kernel, `(channels * kernel,)`."""

    largest: torch.Tensor
    """Of the absolute values, a channel."""
    total: torch.Tensor
    """Sum over rows, in double precision."""
    count: int = 0
    rows: list[torch.Tensor] = field(default_factory=list[torch.Tensor])
    """A share of the rows of every clip."""

    @property
    def mean(self) -> torch.Tensor:
        """The mean row."""
        return (self.total / max(1, self.count)).float()

    @property
    def sample(self) -> torch.Tensor:
        """Some rows, `(rows, row)`."""
        return torch.cat(self.rows)

    @classmethod
    def nothing(cls, layer: Layer) -> Seen:
        """Before `layer` was called."""
        channels = layer.in_features if isinstance(layer, nn.Linear) else layer.in_channels
        row = channels if isinstance(layer, nn.Linear) else channels * layer.weight[0, 0].numel()
        device = layer.weight.device
        return cls(torch.zeros(channels, device=device), torch.zeros(row, dtype=torch.double, device=device))

    def take(self, layer: Layer, inputs: torch.Tensor, rows: int) -> None:
        """Adds the inputs of one call, and keeps some `rows` of them."""
        if isinstance(layer, nn.Linear):
            self._take_rows(inputs.detach().flatten(0, -2), rows)
        else:
            self._take_patches(layer, inputs.detach(), rows)

    def divide(self, factor: torch.Tensor) -> None:
        """Divides each channel by its factor, `(channels,)`."""
        self.largest = self.largest / factor
        by_row = factor.repeat_interleave(self.total.numel() // factor.numel())
        self.total = self.total / by_row
        self.rows = [rows / by_row for rows in self.rows]

    def _take_rows(self, flat: torch.Tensor, rows: int) -> None:
        self.largest = torch.maximum(self.largest, flat.abs().amax(0))
        self.total += flat.sum(0, dtype=torch.double)
        self.count += len(flat)
        self.rows.append(flat[_spread(len(flat), rows, self.count)].clone())

    def _take_patches(self, layer: Convolution, inputs: torch.Tensor, rows: int) -> None:
        kernel = layer.weight.shape[2:]
        batch = inputs if inputs.ndim == layer.weight.ndim else inputs.unsqueeze(0)
        self.largest = torch.maximum(self.largest, batch.abs().flatten(2).amax((0, 2)))
        patches = Geometry.of(layer).patches(batch, tuple(kernel))  # (B, positions ..., channels, kernel ...)
        places = patches.shape[: 1 + len(kernel)]
        number = places.numel()
        # One place in the kernel after the other: all at once would be as many copies of the inputs.
        sums = self.total.view(-1, *kernel)
        for place in product(*map(range, kernel)):
            under: torch.Tensor = patches[(..., slice(None), *place)]
            sums[(slice(None), *place)] += under.flatten(0, -2).sum(0, dtype=torch.double)
        self.count += number
        chosen = torch.unravel_index(_spread(number, rows, self.count), places)
        self.rows.append(patches[chosen].flatten(1))


@torch.inference_mode()
def observe(
    module: nn.Module, clips: Clips, attention: Collection[str] = ()
) -> tuple[Mapping[str, Seen], Mapping[str, Sequence[torch.Tensor]]]:
    """Runs clips through a model, once.

    Args:
        clips: all of them are taken, with all their views.
        attention: dotted names of the parts that are called with queries, keys and values.

    Returns:
        What each linear layer and convolution was given, by its dotted name; layers that were not called are not
        there. And some queries, keys, values and weights (after softmax) of each part of attention.
    """
    number = max(1, clips.expected)
    layers: dict[str, Seen] = {}
    products: dict[str, list[list[torch.Tensor]]] = {name: [[], [], [], []] for name in attention}
    with ExitStack() as hooks:
        for name, part in module.named_modules():
            if is_layer(part):
                hook = _layer_hook(layers, name, part, ROWS // number + 1)
            elif name in products:
                hook = _attention_hook(products[name], VALUES // number + 1)
            else:
                continue
            hooks.callback(part.register_forward_pre_hook(hook).remove)
        for views, _ in clips.batches(1):
            for view in views.split(1):
                module(view)
    return layers, {name: [torch.cat(values) for values in kept] for name, kept in products.items()}


def _layer_hook(seen: dict[str, Seen], name: str, layer: Layer, rows: int) -> Callable[..., None]:
    def take(_: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        if name not in seen:
            seen[name] = Seen.nothing(layer)
        seen[name].take(layer, inputs[0], rows)

    return take


def _attention_hook(kept: list[list[torch.Tensor]], number: int) -> Callable[..., None]:
    def take(_: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        query, key, value, *bias = inputs
        asking = query[..., _spread(query.shape[-2], QUERIES, 0), :]
        scores = asking @ key.transpose(-2, -1) * query.shape[-1] ** -0.5
        weights = sum(bias, scores).softmax(-1)
        for values, part in zip(kept, (query, key, value, weights), strict=True):
            flat = part.flatten()
            values.append(flat[_spread(len(flat), number, len(values))].clone())

    return take


def _spread(total: int, wanted: int, salt: int) -> torch.Tensor:
    """Indices of some of `total` rows: other ones each time, and the same in every run."""
    generator = torch.Generator().manual_seed(salt)
    return torch.randint(total, (min(total, wanted),), generator=generator)
