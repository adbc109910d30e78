"""Being told when the parts of a module are called, without changing what they compute."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any, TypeGuard

import torch
from torch import nn

from ...compress.layers.mixed_precision import MixedPrecision

Told = Callable[[str], object]
"""Takes the dotted name of a part; that of the module itself is empty."""


@contextmanager
def watching(module: nn.Module, entered: Told, left: Told) -> Generator[None]:
    """Calls `entered` before each part of `module` runs and `left` after it, also where it raises.

    Names are those that `parts` gives.

    The hooks that do it are gone afterwards. A part that several places share goes by its first name; one whose
    `forward` is called directly is not noticed, and what it does is its caller's.
    """
    handles: list[Any] = []
    try:
        for name, part in parts(module):
            handles.append(part.register_forward_pre_hook(_hook(entered, name), prepend=True))
            handles.append(part.register_forward_hook(_hook(left, name), always_call=True))
        yield
    finally:
        for handle in handles:
            handle.remove()


def parts(module: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    """Itself and its parts, by their dotted names; what stands around it by ours goes by none."""
    yield from (module.module if isinstance(module, MixedPrecision) else module).named_modules()


def watchable(target: object) -> TypeGuard[nn.Module]:
    """Is it a module whose parts call Python's hooks? Those of scripted and compiled ones may not."""
    return (
        isinstance(target, nn.Module)
        and not isinstance(target, torch.jit.ScriptModule)
        and not hasattr(target, "_orig_mod")
    )


def _hook(told: Told, name: str) -> Callable[..., None]:
    # What a hook returns takes the place of inputs or output: it returns nothing.
    def hook(*_: object) -> None:
        told(name)

    return hook
