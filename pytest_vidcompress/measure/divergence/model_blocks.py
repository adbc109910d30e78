"""The blocks of a module: the layers of an encoder, the stages of a CNN, and what stands before and after them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from torch import nn

_LISTS = (nn.ModuleList, nn.ModuleDict)


@dataclass(frozen=True)
class ModelBlocks:
    """Parts that together are all of a module, none within another."""

    prefix: str
    """Of their names, with a dot at its end: where they are parts of a part. Empty as a rule."""
    parts: Mapping[str, nn.Module]
    """By their names after that, in the order of definition."""


def model_blocks(module: nn.Module) -> ModelBlocks:
    """What stands in a list is a block, each by itself; what holds a list somewhere is taken apart; every other part
    is a block as a whole. What only wraps a single part is passed over.

    A module without parts has none.
    """
    prefix = ""
    while (only := _only_part(module)) is not None:
        name, module = only
        prefix += f"{name}."
    parts = (each for name, part in module.named_children() for each in _taken_apart(name, part))
    return ModelBlocks(prefix, dict(parts))


def counterparts(reference: nn.Module, variant: nn.Module) -> dict[str, tuple[nn.Module, nn.Module | None]]:
    """Full name of a block of the reference -> it, and the block of the variant that stands for it.

    That is the one of the same name, wrappers aside; or which a rewritten model names in its `originals`. None where
    there is no such block.
    """
    before, after = model_blocks(reference), model_blocks(variant)
    originals: Mapping[str, str] = getattr(_unwrapped(variant), "originals", {})
    by_original = {_original(name, originals): part for name, part in after.parts.items()}
    return {f"{before.prefix}{name}": (part, by_original.get(name)) for name, part in before.parts.items()}


def _original(name: str, originals: Mapping[str, str]) -> str:
    for own, other in originals.items():
        if name == own or name.startswith(f"{own}."):
            return other + name.removeprefix(own)
    return name


def _taken_apart(name: str, part: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    holds_list = any(isinstance(each, _LISTS) for each in part.modules())
    if not holds_list:
        yield name, part
        return
    for inner, child in part.named_children():
        if isinstance(part, _LISTS):
            yield f"{name}.{inner}", child
        else:
            yield from _taken_apart(f"{name}.{inner}", child)


def _only_part(module: nn.Module) -> tuple[str, nn.Module] | None:
    """The single part of what wraps one that has parts of its own."""
    children = [*module.named_children()]
    if len(children) != 1 or isinstance(module, _LISTS) or not [*children[0][1].children()]:
        return None
    return children[0]


def _unwrapped(module: nn.Module) -> nn.Module:
    while (only := _only_part(module)) is not None:
        module = only[1]
    return module
