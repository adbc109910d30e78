"""The parts of a block that can go: where each begins, and which layer adds what it gives to the stream of tokens."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from ...compress.shrink.anatomies import anatomy_of
from ...compress.shrink.anatomies.anatomy import Anatomy
from ...errors import VidcompressError
from ...models.device import has_doubles
from ...models.model import Model
from ...processes.clock import now_s
from .sensitivity import BLOCK, HEADS, MLP

Spans = Sequence[tuple[str, str]]
"""Dotted names of the norm in front of something and of the layer that adds what it gives to the stream."""


@dataclass(frozen=True)
class BlockPart:
    """A part of one block."""

    block: int
    axis: str
    prefixes: tuple[str, ...]
    """Beginnings of the dotted names of the modules in which its arithmetic happens."""
    spans: Spans

    @property
    def writers(self) -> list[str]:
        """The layers whose outputs are added to the stream."""
        return [writer for _, writer in self.spans]


def block_sizes(model: Model) -> tuple[int, int]:
    """Neurons of a feed-forward layer and heads of an attention, in the first block.

    Raises:
        VidcompressError: nobody knows the blocks of such a model.
    """
    anatomy = _anatomy(model)
    block = anatomy.blocks_of(model.module)[0]
    up: Any = block.get_submodule(anatomy.up)
    heads, _ = anatomy.heads_of(block.get_submodule(anatomy.attentions[0].inner))
    return int(up.out_features), heads


def _anatomy(model: Model) -> Anatomy:
    anatomy = anatomy_of(model.module)
    if anatomy is None:
        raise VidcompressError(
            f"model {model.name!r} is a {type(model.module).__name__}, of whose blocks nothing is known here:"
            " sensitivity and targets are for the families that `shrink` knows"
        )
    return anatomy


def block_parts(model: Model) -> list[BlockPart]:
    """Those of all blocks, in order; raises likewise."""
    anatomy, parts = _anatomy(model), list[BlockPart]()
    for number in range(len(anatomy.blocks_of(model.module))):
        block = f"{anatomy.blocks}.{number}"
        mlp = [(f"{block}.{anatomy.mlp_norm}", f"{block}.{anatomy.down}")]
        heads = [
            (f"{block}.{each.norm}", f"{block}.{each.writer or each.output}") for each in anatomy.attentions
        ]
        dense = (f"{block}.{anatomy.up}", f"{block}.{anatomy.down}")
        inside = tuple(
            f"{block}.{name}"
            for each in anatomy.attentions
            for name in (each.inner, *each.projections, each.output, *filter(None, [each.writer]))
        )
        parts += [
            BlockPart(number, MLP, dense, mlp),
            BlockPart(number, HEADS, inside, heads),
            BlockPart(number, BLOCK, (block,), [*heads, *mlp]),
        ]
    return parts


@contextmanager
def replaced_by_means(
    module: nn.Module, part: BlockPart, means: Mapping[str, torch.Tensor]
) -> Generator[None]:
    """While the block runs, a part gives the same mean for every token.

    Args:
        means: what each writer gives in the mean, `(width,)`, by its dotted name.
    """
    with ExitStack() as hooks:
        for name in part.writers:
            layer, mean = module.get_submodule(name), means[name]
            hooks.callback(layer.register_forward_hook(_giving(mean)).remove)
        yield


def _giving(mean: torch.Tensor) -> Any:
    return lambda layer, given, output: mean.to(output.dtype).expand_as(output)


@contextmanager
def summing_outputs(module: nn.Module, spans: Spans) -> Generator[dict[str, torch.Tensor]]:
    """What each writer gives in the mean, `(width,)` by its dotted name, of what runs in the block; there when that
    ends."""
    sums: dict[str, torch.Tensor] = {}
    rows: dict[str, int] = {}
    means: dict[str, torch.Tensor] = {}

    def summing(writer: str) -> Any:
        def note(layer: nn.Module, given: Any, output: torch.Tensor) -> None:
            flat = output.detach().flatten(0, -2)
            total = (flat.double() if has_doubles(flat.device) else flat.float()).sum(0)
            sums[writer] = sums[writer] + total if writer in sums else total
            rows[writer] = rows.get(writer, 0) + len(flat)

        return note

    with ExitStack() as hooks:
        for _, writer in spans:
            hooks.callback(module.get_submodule(writer).register_forward_hook(summing(writer)).remove)
        yield means
    means.update({writer: total / rows[writer] for writer, total in sums.items()})


@contextmanager
def timing_spans(
    module: nn.Module, spans: Spans, synchronize: Callable[[], object]
) -> Generator[dict[str, float]]:
    """Seconds from a norm to its writer, by the latter's dotted name, of the last call in the block.

    Args:
        synchronize: waits until the module's device has done what it was given.
    """
    began: dict[str, float] = {}
    seconds: dict[str, float] = {}

    def now() -> float:
        synchronize()
        return now_s()

    def beginning(writer: str) -> Any:
        return lambda layer, given: began.update({writer: now()})

    def ending(writer: str) -> Any:
        return lambda layer, given, output: seconds.update({writer: now() - began[writer]})

    with ExitStack() as hooks:
        for norm, writer in spans:
            before, after = module.get_submodule(norm), module.get_submodule(writer)
            hooks.callback(before.register_forward_pre_hook(beginning(writer)).remove)
            hooks.callback(after.register_forward_hook(ending(writer)).remove)
        yield seconds
