"""What the layers of a model are given, on calibration clips."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

if TYPE_CHECKING:
    from ..clips.loader import Clips

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
def observe(module: nn.Module, clips: Clips) -> Mapping[str, Seen]:
    """Runs clips through a model.

    Args:
        clips: all of them are taken, with all their views.

    Returns:
        What each linear layer was given, by its dotted name; layers that were not called are not there.
    """
    layers = {name: part for name, part in module.named_modules() if type(part) is nn.Linear}
    return _watch(module, clips, layers, _take_rows(max(1, clips.expected)))


@torch.inference_mode()
def observe_attention(
    module: nn.Module, clips: Clips, parts: Mapping[str, nn.Module]
) -> Mapping[str, Sequence[torch.Tensor]]:
    """Some queries, keys, values and weights (after softmax) of attention modules, by dotted name."""
    number = max(1, clips.expected)

    def take(seen: dict[str, list[list[torch.Tensor]]], name: str, inputs: tuple[torch.Tensor, ...]) -> None:
        query, key, _ = inputs
        asking = query[..., _spread(query.shape[-2], QUERIES, 0), :]
        weights = (asking @ key.transpose(-2, -1) * query.shape[-1] ** -0.5).softmax(-1)
        kept = seen.setdefault(name, [[] for _ in (*inputs, weights)])
        for values, part in zip(kept, (*inputs, weights), strict=True):
            flat = part.flatten()
            values.append(flat[_spread(len(flat), VALUES // number + 1, len(values))].clone())

    found: dict[str, list[list[torch.Tensor]]] = _watch(module, clips, parts, take)
    return {name: [torch.cat(values) for values in given] for name, given in found.items()}


def _take_rows(number: int) -> Callable[[dict[str, Seen], str, tuple[torch.Tensor, ...]], None]:
    def take(seen: dict[str, Seen], name: str, inputs: tuple[torch.Tensor, ...]) -> None:
        channels = inputs[0].shape[-1]
        if name not in seen:
            seen[name] = Seen(torch.zeros(channels), torch.zeros(channels, dtype=torch.double))
        seen[name].take(inputs[0], ROWS // number + 1)

    return take


def _watch(
    module: nn.Module, clips: Clips, parts: Mapping[str, nn.Module], take: Callable[..., None]
) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    with ExitStack() as hooks:
        for name, part in parts.items():

            def hook(_: nn.Module, inputs: tuple[torch.Tensor, ...], name: str = name) -> None:
                take(seen, name, inputs)

            hooks.callback(part.register_forward_pre_hook(hook).remove)
        for views, _ in clips.batches(1):
            for view in views.split(1):
                module(view)
    return seen


def _spread(total: int, wanted: int, salt: int) -> torch.Tensor:
    """Indices of some of `total` rows: other ones each time, and the same in every run."""
    generator = torch.Generator().manual_seed(salt)
    return torch.randint(total, (min(total, wanted),), generator=generator)
