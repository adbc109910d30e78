"""What parts of a module give and are given while it is called."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager

import torch
from torch import nn
from torch.utils._pytree import tree_leaves


@contextmanager
def outputs_of(module: nn.Module, names: Iterable[str]) -> Generator[dict[str, torch.Tensor]]:
    """What parts of a module give in the calls of this block, by their names: of several tensors the first."""
    with _seen(module, names, lambda inputs, output: output) as seen:
        yield seen


@contextmanager
def inputs_of(module: nn.Module, names: Iterable[str]) -> Generator[dict[str, torch.Tensor]]:
    """What parts of a module are given in the calls of this block, likewise."""
    with _seen(module, names, lambda inputs, output: inputs) as seen:
        yield seen


@contextmanager
def _seen(
    module: nn.Module, names: Iterable[str], taken: Callable[[object, object], object]
) -> Generator[dict[str, torch.Tensor]]:
    seen: dict[str, torch.Tensor] = {}

    def note(name: str) -> Callable[..., None]:
        def hook(part: nn.Module, inputs: object, output: object) -> None:
            tensors = tree_leaves(taken(inputs, output))
            seen[name] = next(leaf for leaf in tensors if isinstance(leaf, torch.Tensor))

        return hook

    handles = [module.get_submodule(name).register_forward_hook(note(name)) for name in {*names}]
    try:
        yield seen
    finally:
        for handle in handles:
            handle.remove()
