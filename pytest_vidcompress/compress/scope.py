"""Which weights a technique touches: a scope of the profile, in some layers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..errors import VidcompressError

if TYPE_CHECKING:
    from ..models.model import Model
    from .layers.product import Layer

ATTENTION, DENSE, ALL = "attention", "dense", "all"
_BLOCK = re.compile(r"(?:.*?\.)??\d+(?=\.|$)")
"""The part of a dotted name that ends in its first number."""


def matrices(model: Model, scopes: tuple[str, ...], layers: str = ":") -> list[Layer]:
    """The linear layers and convolutions of some scopes.

    Args:
        scopes: of `global`, `attention`, `dense`, as `model.profile.modules` names them. A model that names
            none gets all its layers but the classifier, told apart by `att` in their names. `all` alone is these of
            any model, embeddings of patches among them.
        layers: an index (`3`) or slice (`0:11`, `:-1`) of the model's blocks.

    Raises:
        VidcompressError: the model has no such layers.
    """
    is_named = model.profile.modules and scopes != (ALL,)
    found = _by_pattern(model, scopes) if is_named else _by_name(model, scopes)
    if not found:
        raise _nothing_in(model, scopes)
    chosen = _chosen(sorted({block for block, _ in found}), layers)
    if not chosen:
        raise VidcompressError(
            f"layers={layers} chooses none of the {len({block for block, _ in found})} layers of {model.name!r}"
        )
    return [layer for block, layer in found if block in chosen]


def _by_pattern(model: Model, scopes: tuple[str, ...]) -> list[tuple[int, Layer]]:
    """Layers that the profile names, with the numbers of their blocks."""
    from .layers.product import has_weights

    patterns = [pattern for scope in scopes for pattern in model.profile.modules.get(scope, ())]
    expressions = [re.compile(re.escape(pattern).replace(r"\{layer\}", r"(\d+)")) for pattern in patterns]
    found: list[tuple[int, Layer]] = []
    for name, module in model.module.named_modules():
        for expression in expressions:
            hit = expression.fullmatch(name)
            if hit and has_weights(module):
                found.append((int(hit.group(1)), module))
                break
    return found


def _by_name(model: Model, scopes: tuple[str, ...]) -> list[tuple[int, Layer]]:
    """All layers but the classifier, with the numbers of their blocks."""
    from .layers.product import classifier, has_weights

    layers = {name: part for name, part in model.module.named_modules() if has_weights(part)}
    layers.pop(classifier(layers), None)
    kinds = {ATTENTION: True, DENSE: False}
    wanted = {kinds[scope] for scope in scopes if scope in kinds} or {True, False}
    blocks = _blocks([*layers])
    return [
        (block, part)
        for block, (name, part) in zip(blocks, layers.items(), strict=True)
        if ("att" in name.lower()) in wanted
    ]


def _blocks(names: Sequence[str]) -> list[int]:
    """Which block each of some dotted names is in.

    Blocks are told by the first number in a name, `layer2.0` apart from `layer1.0`, and counted in the order in which
    they come. What has none belongs to the first; where none has, each is a block of its own.
    """
    heads = [found[0] if (found := _BLOCK.match(name)) else "" for name in names]
    if not any(heads):
        return [*range(len(names))]
    order = [*dict.fromkeys(filter(None, heads))]
    return [order.index(head) if head else 0 for head in heads]


def _nothing_in(model: Model, scopes: tuple[str, ...]) -> VidcompressError:
    text = f"model {model.name!r} has no linear layers or convolutions in scope {'+'.join(scopes)}"
    if scopes == (ATTENTION,) and not model.profile.modules:
        text += ": none has 'att' in its name; prune-global and prune-local-dense take the layers that it has"
    return VidcompressError(text)


def _chosen(present: list[int], layers: str) -> set[int]:
    if ":" in layers:
        start, stop = (int(part) if part else None for part in layers.split(":"))
        return set(present[start:stop])
    index = int(layers)
    return set(present[index : index + 1 or None])
