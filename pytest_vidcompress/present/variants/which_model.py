"""Whether a model's name meant the small model of this package, or the published one."""

from __future__ import annotations

from ...models.catalog import CATALOG
from ...models.load import are_pocket
from ...models.model import Model


def which_model(name: str, model: Model, published: bool = False) -> str:
    """In words.

    Args:
        name: of the catalog.
        model: what it gave.
        published: that was asked for.
    """
    size = f"of {sum(each.numel() for each in model.module.parameters()):,} parameters"
    known = CATALOG[name]
    origin = known.checkpoint or known.file
    if not origin:
        return f"{name} is the one that comes with this package, {size}"
    if known.pocket and are_pocket(model.labels) and not published:
        return f"{name} is the small one that comes with this package, {size}; --published is {origin}"
    return f"{name} has the geometry of {origin}, {size}"
