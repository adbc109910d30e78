"""Second moments of what layers are given: which directions of their inputs matter, and how much."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

import torch
from torch import nn

from ...errors import VidcompressError
from ..technique import refuse_without_clips
from .geometry import Geometry
from .product import Convolution, Layer

if TYPE_CHECKING:
    from ...clips.loader import Clips


class Moments:
    """Of the rows that single outputs of a layer meet: `(inputs,)`, of a convolution the patch under its kernel,
    `(channels / groups * kernel,)` for each group. In double precision."""

    def __init__(self, layer: Layer) -> None:
        self.groups = groups_of(layer)
        self.count = 0
        """Rows that were seen."""
        row, device = layer.weight[0].numel(), layer.weight.device
        self._squares = torch.zeros(self.groups, row, row, dtype=torch.double, device=device)
        self._total = torch.zeros(self.groups, row, dtype=torch.double, device=device)

    @property
    def mean(self) -> torch.Tensor:
        """`(groups, row)`."""
        return self._total / max(1, self.count)

    @property
    def second(self) -> torch.Tensor:
        """The mean of `x x^T` over rows `x`, `(groups, row, row)`."""
        return self._squares / max(1, self.count)

    @property
    def covariance(self) -> torch.Tensor:
        """The same around the mean row."""
        return self.second - self.mean.unsqueeze(2) * self.mean.unsqueeze(1)

    def take(self, rows: torch.Tensor) -> None:
        """Adds some rows, `(rows, groups * row)`."""
        by_group = rows.double().unflatten(1, (self.groups, -1)).transpose(0, 1)  # (groups, rows, row)
        self._squares += by_group.transpose(1, 2) @ by_group
        self._total += by_group.sum(1)
        self.count += len(rows)


@torch.inference_mode()
def moments_of(module: nn.Module, layers: Sequence[Layer], clips: Clips, technique: str) -> list[Moments]:
    """Runs clips through a model once, and notes what some of its layers are given.

    Args:
        layers: of the module.
        clips: all of them are taken, with all their views.
        technique: who asks, for the message.

    Returns:
        As many as layers, in their order.

    Raises:
        VidcompressError: there are no clips, or a layer is never called.
    """
    refuse_without_clips(technique, clips)
    found = [Moments(layer) for layer in layers]
    with ExitStack() as hooks:
        for layer, moments in zip(layers, found, strict=True):
            hooks.callback(layer.register_forward_pre_hook(_hook(layer, moments)).remove)
        for views, _ in clips.batches(1):
            for view in views.split(1):
                module(view)
    names = {part: name for name, part in module.named_modules()}
    for layer, moments in zip(layers, found, strict=True):
        if not moments.count:
            raise VidcompressError(
                f"{technique}: layer {names[layer]!r} is never called as a module, so nobody knows its inputs: leave"
                " it out with layers="
            )
    return found


def groups_of(layer: Layer) -> int:
    """Into how many independent products a layer falls."""
    return 1 if isinstance(layer, nn.Linear) else layer.groups


def by_group(layer: Layer, weight: torch.Tensor) -> torch.Tensor:
    """A view of weights as moments see them: `(groups, outputs / groups, row)`."""
    return weight.flatten(1).unflatten(0, (groups_of(layer), -1))


def _hook(layer: Layer, moments: Moments) -> Callable[..., None]:
    def take(_: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        for rows in _rows(layer, inputs[0]):
            moments.take(rows)

    return take


def _rows(layer: Layer, inputs: torch.Tensor) -> Iterable[torch.Tensor]:
    """What single outputs meet, some of them at a time."""
    return (inputs.flatten(0, -2),) if isinstance(layer, nn.Linear) else _patches(layer, inputs)


def _patches(layer: Convolution, inputs: torch.Tensor) -> Iterator[torch.Tensor]:
    kernel = layer.weight.shape[2:]
    batch = inputs if inputs.ndim == layer.weight.ndim else inputs.unsqueeze(0)
    patches = Geometry.of(layer).patches(batch, tuple(kernel))  # (B, positions ..., channels, kernel ...)
    # All positions at once would be as many copies of the inputs as the kernel has places.
    for position in range(patches.shape[1]):
        yield patches[:, position].flatten(0, len(kernel) - 1).flatten(1)
