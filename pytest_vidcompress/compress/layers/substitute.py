"""Other parts in the place of parts of a module."""

from __future__ import annotations

from collections.abc import Callable

from torch import nn

from ...errors import VidcompressError


def substitute(
    module: nn.Module,
    chosen: Callable[[nn.Module], bool],
    make: Callable[[str, nn.Module], nn.Module | None],
) -> nn.Module:
    """Puts others in the place of parts of `module`; of a part that several places share they share the other.

    Args:
        chosen: which parts.
        make: `(dotted name, part) -> what takes its place`; None leaves it. A part of several names goes by its
            first.
    """
    places = [(name, part) for name, part in module.named_modules(remove_duplicate=False) if chosen(part)]
    if any(part is module for _, part in places):
        raise VidcompressError(f"a bare {type(module).__name__} is no model: wrap it in a module")
    others: dict[nn.Module, nn.Module | None] = {}
    for name, part in places:
        if part not in others:
            others[part] = make(name, part)
        other = others[part]
        if other is not None:
            parent, _, last = name.rpartition(".")
            setattr(module.get_submodule(parent), last, other)
    return module


def exactly(*kinds: type) -> Callable[[nn.Module], bool]:
    """Parts of these classes themselves: what only derives from them may do something else."""
    return lambda part: type(part) in kinds
