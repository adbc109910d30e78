"""Parts whose work depends on the clip: what is traced with one clip is wrong for the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import VidcompressError

if TYPE_CHECKING:
    from ...models.model import Model

MARK = "shapes_depend_on_clip"
"""A class attribute of such a part."""


def depends_on_clip(target: object) -> bool:
    """Does part of a module say so?"""
    from torch import nn

    return isinstance(target, nn.Module) and any(getattr(part, MARK, False) for part in target.modules())


def refuse_by_clip(model: Model, runtime: str) -> None:
    """Raises VidcompressError where `runtime`, whose graphs are fixed, is given a model whose work depends on it."""
    if depends_on_clip(model.module):
        raise VidcompressError(
            f"runtime {runtime!r} cannot run model {model.name!r}: how much it computes depends on the clip, and here"
            " all take one way; run it with --vc-runtime=torch, or @torch after the recipe"
        )
