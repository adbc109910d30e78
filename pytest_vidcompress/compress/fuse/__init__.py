"""`fuse`: the same function with less arithmetic, equal up to the rounding of fp32.

What is rewritten stands in a file a family, `timesformer` and the like. Nothing is approximated, so recipes begin
with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from ...errors import VidcompressError
from ..parameters import Nothing
from ..technique import Technique

if TYPE_CHECKING:
    from torch import nn

    from ...clips.loader import Clips
    from ...models.model import Model


def apply(model: Model, parameters: Nothing, clips: Clips) -> Model:
    made, modules = _fused(model.module, f"model {model.name!r}")
    return replace(model, module=made, profile=replace(model.profile, modules=modules))


def rebuild(module: nn.Module, parameters: Nothing) -> nn.Module:
    return _fused(module, "this artefact's model")[0]


def _fused(module: nn.Module, named: str) -> tuple[nn.Module, Mapping[str, tuple[str, ...]]]:
    """The rewritten module, and its names of the study's scopes."""
    from .rewrite import rewrites

    kind, there = type(module).__name__, rewrites()
    if kind not in there:
        raise VidcompressError(
            f"fuse knows how to rewrite {' and '.join(there)}, and {named} is a {kind}: leave fuse out of its"
            " recipes, or put it first where something else has changed the model's structure"
        )
    return there[kind].build(module).eval(), there[kind].modules


FUSE = Technique("exact rewrites: the same logits with less arithmetic", apply, rebuild=rebuild)
TECHNIQUES = {"fuse": FUSE}
