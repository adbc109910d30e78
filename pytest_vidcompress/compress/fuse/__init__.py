"""`fuse`: the same function with less arithmetic, equal up to the rounding of fp32.

What is rewritten of a family stands in a file of its own, `fused_timesformer` and the like; of any other model
batch norms become part of the layers in front of them. Nothing is approximated, so recipes begin with it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from ...errors import VidcompressError
from ..parameters import Nothing
from ..technique import Technique

if TYPE_CHECKING:
    from torch import nn

    from ...clips.loader import Clips
    from ...models.model import Model
    from .rewrite import Rewrite


TOLERANCE = 1e-4
"""Of logits, relative to the largest: rounding is far below, and another function far above."""


def apply(model: Model, parameters: Nothing, clips: Clips) -> Model:
    from .rewrite import rewrites

    rewrite = rewrites().get(type(model.module).__name__)
    if rewrite is None:
        return replace(model, module=_without_batch_norms(model))
    made = _rewritten(model.module, rewrite)
    return replace(model, module=made, profile=replace(model.profile, modules=rewrite.modules))


def rebuild(module: nn.Module, parameters: Nothing, stored: Collection[str]) -> nn.Module:
    from .batch_norm import drop_norms
    from .rewrite import rewrites

    rewrite = rewrites().get(type(module).__name__)
    return drop_norms(module, stored).eval() if rewrite is None else _rewritten(module, rewrite)


def _rewritten(module: nn.Module, rewrite: Rewrite) -> nn.Module:
    from ..layers.trainable import train_alike

    made = rewrite.build(module).eval()
    train_alike(made, module.parameters())
    return made


def _without_batch_norms(model: Model) -> nn.Module:
    import torch

    from ...models.adapter import example_pixels, logits_from
    from .batch_norm import fold, norms_after_layers
    from .rewrite import rewrites

    pixels = example_pixels(model.profile, seed=0).to(model.device)
    norms = norms_after_layers(model.module, pixels)
    if not norms:
        raise VidcompressError(
            f"fuse rewrites {', '.join(rewrites())}, and of other models batch norms right after a layer; model"
            f" {model.name!r} is a {type(model.module).__name__} without any: leave fuse out of its recipes, or put"
            " it first where something else has changed the model's structure"
        )
    with torch.inference_mode():
        before = logits_from(model.module(pixels))
    # What is made in inference mode can never be trained.
    with torch.no_grad():
        module = fold(model.module, norms)
    with torch.inference_mode():
        error = (logits_from(module(pixels)) - before).abs().max()
    if not error <= TOLERANCE * before.abs().max():
        raise VidcompressError(
            f"model {model.name!r} is another function once its batch norms are part of the layers in front of them:"
            " it must use their weights in other ways than by calling them; leave fuse out of its recipes"
        )
    return module


FUSE = Technique("exact rewrites: the same logits with less arithmetic", apply, rebuild=rebuild)
TECHNIQUES = {"fuse": FUSE}
