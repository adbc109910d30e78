"""Parts whose shapes depend on the clip: what is traced with one clip is wrong for the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import VidcompressError

if TYPE_CHECKING:
    from ...models.model import Model

MARK = "shapes_depend_on_clip"
"""A class attribute of such a part."""


def refuse_by_clip(model: Model, runtime: str) -> None:
    """Raises VidcompressError where `runtime`, whose shapes are fixed, is given a model that has others by clip."""
    if any(getattr(part, MARK, False) for part in model.module.modules()):
        raise VidcompressError(
            f"runtime {runtime!r} cannot run model {model.name!r}: how many tokens it computes depends on the clip,"
            " and this runtime's graphs have one shape; run it with --vc-runtime=torch, or @torch after the recipe"
        )
