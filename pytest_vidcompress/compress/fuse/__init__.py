"""`fuse`: the same function with less arithmetic, equal up to the rounding of fp32.

What is rewritten is in `fused_timesformer` and `fused_videomae`, family by family. Nothing is approximated, so
recipes begin with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ...errors import VidcompressError
from ..technique import Nothing, Technique

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
    kind = type(module).__name__
    if kind not in _FAMILIES:
        raise VidcompressError(
            f"fuse knows how to rewrite {' and '.join(_FAMILIES)}, and {named} is a {kind}: leave fuse out of its"
            " recipes, or put it first where something else has changed the model's structure"
        )
    rewrite, modules = _FAMILIES[kind](module)
    return rewrite(module).eval(), modules


def _timesformer(module: Any) -> tuple[Callable[[Any], nn.Module], Mapping[str, tuple[str, ...]]]:
    from .timesformer import MODULES, FusedTimesformer

    if module.config.attention_type != "divided_space_time":
        raise VidcompressError(
            f"fuse rewrites TimeSformer's divided attention, and this one's is {module.config.attention_type}:"
            " leave fuse out of its recipes"
        )
    return FusedTimesformer, MODULES


def _videomae(module: Any) -> tuple[Callable[[Any], nn.Module], Mapping[str, tuple[str, ...]]]:
    from .videomae import MODULES, FusedVideoMAE

    return FusedVideoMAE, MODULES


_FAMILIES = {
    "TimesformerForVideoClassification": _timesformer,
    "VideoMAEForVideoClassification": _videomae,
}

FUSE = Technique("exact rewrites: the same logits with less arithmetic", apply, rebuild=rebuild)
