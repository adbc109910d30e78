"""Which weight matrices a technique touches: a scope of the profile, in some layers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..errors import VidcompressError

if TYPE_CHECKING:
    from torch import nn

    from ..models.model import Model


def matrices(model: Model, scopes: tuple[str, ...], layers: str = ":") -> list[nn.Linear]:
    """The linear modules of some scopes.

    Args:
        scopes: of `global`, `attention`, `dense`, as `model.profile.modules` names them. A model that names
            none gets all its linear layers but the last, told apart by `att` in their names.
        layers: an index (`3`) or slice (`0:11`, `:-1`) of the model's blocks.

    Raises:
        VidcompressError: the model has no such modules or layers.
    """
    found = _by_layer(model, scopes) if model.profile.modules else _unnamed(model, scopes)
    if not found:
        raise VidcompressError(f"model {model.name!r} has no linear layers in scope {'+'.join(scopes)}")
    chosen = _chosen(sorted({layer for layer, _ in found}), layers)
    if not chosen:
        raise VidcompressError(
            f"layers={layers} chooses none of the {len({k for k, _ in found})} layers of {model.name!r}"
        )
    return [linear for layer, linear in found if layer in chosen]


def _by_layer(model: Model, scopes: tuple[str, ...]) -> list[tuple[int, nn.Linear]]:
    from torch import nn

    patterns = [pattern for scope in scopes for pattern in model.profile.modules.get(scope, ())]
    expressions = [re.compile(re.escape(pattern).replace(r"\{layer\}", r"(\d+)")) for pattern in patterns]
    found: list[tuple[int, nn.Linear]] = []
    for name, module in model.module.named_modules():
        for expression in expressions:
            hit = expression.fullmatch(name)
            if hit and isinstance(module, nn.Linear):
                found.append((int(hit.group(1)), module))
                break
    return found


def _unnamed(model: Model, scopes: tuple[str, ...]) -> list[tuple[int, nn.Linear]]:
    from torch import nn

    linears = [(name, m) for name, m in model.module.named_modules() if isinstance(m, nn.Linear)][:-1]
    kinds = {"attention": True, "dense": False}
    wanted = {kinds[scope] for scope in scopes if scope in kinds} or {True, False}
    numbers = [(re.search(r"\.(\d+)\.", f".{name}."), name, m) for name, m in linears]
    return [(int(hit[1]) if hit else 0, m) for hit, name, m in numbers if ("att" in name.lower()) in wanted]


def _chosen(present: list[int], layers: str) -> set[int]:
    if ":" in layers:
        start, stop = (int(part) if part else None for part in layers.split(":"))
        return set(present[start:stop])
    index = int(layers)
    return set(present[index : index + 1 or None])
