"""Calibration clips on their way through a model, block by block: what each block is given, and what its layers see.

So a layer is fitted on what the layers before it, shrunk already, really give it, and no block is run for another's
sake.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from ..layers.geometry import Geometry
from ..layers.product import Layer

if TYPE_CHECKING:
    from ...clips.loader import Clips

MOST_ROWS = 1 << 15
"""Of a layer's input, of all calibration clips together."""


@dataclass(frozen=True)
class Given:
    """How a stage is called, for one view of a clip."""

    stream: torch.Tensor
    """Tokens `(B, N, D)`; of a whole model pixels."""
    others: tuple[Any, ...] = ()
    named: Mapping[str, Any] | None = None

    def run(self, stage: nn.Module) -> torch.Tensor:
        """What the stage gives: the first tensor of it."""
        output = stage(self.stream, *self.others, **(self.named or {}))
        return output[0] if isinstance(output, tuple) else output

    def after(self, stream: torch.Tensor) -> Given:
        """How the next stage is called."""
        return Given(stream, self.others, self.named)


@dataclass(frozen=True)
class Sight:
    """What a layer was given and gave in one run, `(rows, inputs)` and `(rows, outputs)`, and the stream that it adds
    to, if it adds to one; the same rows of all."""

    inputs: torch.Tensor
    outputs: torch.Tensor
    stream: torch.Tensor | None = None
    first: torch.Tensor | None = None
    """Which rows are the first token of a sequence."""


def views_of(clips: Clips) -> Iterator[torch.Tensor]:
    """One view after the other, `(1, T, C, H, W)`."""
    for views, _ in clips.batches(1):
        yield from views.split(1)


@torch.no_grad()
def entrances(module: nn.Module, first: nn.Module, views: Iterable[torch.Tensor]) -> list[Given]:
    """How `first`, a part of `module`, is called for each view."""
    taken: list[Given] = []

    def take(_: nn.Module, arguments: tuple[Any, ...], named: dict[str, Any]) -> None:
        taken.append(Given(arguments[0], arguments[1:], named))

    with ExitStack() as hooks:
        hooks.callback(first.register_forward_pre_hook(take, with_kwargs=True).remove)
        for view in views:
            module(view)
    return taken


@torch.no_grad()
def watch(
    stage: nn.Module, given: Given, layers: Mapping[str, str], most_rows: int
) -> tuple[torch.Tensor, dict[str, Sight]]:
    """Runs a stage.

    Args:
        layers: name of a layer in it -> that of the norm whose input is the stream that it adds to, or empty.
        most_rows: of what each layer is given.

    Returns:
        What the stage gives, and what its layers see.
    """
    inputs: dict[str, torch.Tensor] = {}
    outputs: dict[str, torch.Tensor] = {}
    with ExitStack() as hooks:
        for name in {*layers, *filter(None, layers.values())}:
            part = stage.get_submodule(name)
            hooks.callback(part.register_forward_hook(_note(inputs, outputs, name)).remove)
        result = given.run(stage)
    sights: dict[str, Sight] = {}
    for name, norm in layers.items():
        layer: Any = stage.get_submodule(name)
        rows = _Rows(layer, inputs[name], outputs[name], most_rows)
        stream = rows.of(inputs[norm].flatten(0, -2)) if norm else None
        sights[name] = Sight(rows.inputs(), rows.of(_flat(layer, outputs[name])), stream, rows.first())
    return result, sights


def spread(total: int, most: int) -> torch.Tensor:
    """Indices of rows that lie evenly, the first among them; all where they are no more than `most`."""
    return torch.arange(total) if total <= most else torch.linspace(0, total - 1, most).long()


class _Rows:
    """The rows of a layer's input and output that count."""

    def __init__(self, layer: Layer, inputs: torch.Tensor, outputs: torch.Tensor, most: int) -> None:
        self._layer, self._inputs = layer, inputs
        self._chosen = spread(len(_flat(layer, outputs)), most)

    def of(self, flat: torch.Tensor) -> torch.Tensor:
        return flat[self._chosen].detach()

    def first(self) -> torch.Tensor:
        return self._chosen % self._inputs.shape[-2] == 0

    def inputs(self) -> torch.Tensor:
        if isinstance(self._layer, nn.Linear):
            return self.of(self._inputs.flatten(0, -2))
        kernel = tuple(self._layer.weight.shape[2:])
        # (B, positions ..., channels, kernel ...)
        patches = Geometry.of(self._layer).patches(self._inputs, kernel)
        places = patches.shape[: 1 + len(kernel)]
        return patches[torch.unravel_index(self._chosen, places)].flatten(1).detach()


def _flat(layer: Layer, outputs: torch.Tensor) -> torch.Tensor:
    """`(rows, outputs)`."""
    return (outputs if isinstance(layer, nn.Linear) else outputs.movedim(1, -1)).flatten(0, -2)


def _note(
    inputs: dict[str, torch.Tensor], outputs: dict[str, torch.Tensor], name: str
) -> Callable[..., None]:
    def note(_: nn.Module, given: tuple[Any, ...], output: Any) -> None:
        # What comes after may change them in place.
        inputs[name], outputs[name] = given[0].clone(), output.clone()

    return note
