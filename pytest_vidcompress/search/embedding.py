"""What a model says of a video before it decides on a label: its embedding. Heavy: imports torch.

It is what the layer that makes the logits is given, such as a class token or a mean of tokens: the model is the same
but for that layer, so that whatever runs the model runs this.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from torch import nn

from ..compress.exits.exit_blocks import ExitBlock
from ..compress.exits.staged_module import TwoStages
from ..compress.train.classifier_name import classifier_name
from ..errors import VidcompressError
from ..models.catalog import family_of
from ..models.family import Family
from ..models.model import Model
from ..models.module_copy import module_copy

METHOD = "embedding"
"""Of a module that gives its embedding itself: pixels -> `(B, D)`."""
TEXTS = "text_embeddings"
"""Of a module that holds videos against texts: the vectors of its labels, `(labels, D)`."""
OTHER = "what the last linear layer is given"
"""What the embedding is of a model of no family that is known here, in words."""


class OfVideo(nn.Module):
    """A module that gives its embedding itself, for what executes modules.

    Args:
        module: has a method `embedding`.
    """

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return getattr(self.module, METHOD)(pixels)


def embedding_model(model: Model) -> Model:
    """A copy of `model` whose module returns embeddings `(B, D)` in the place of logits.

    Args:
        model: as techniques left it, or uncompressed.

    Raises:
        VidcompressError: it has no one embedding, or no layer that gives its logits.
    """
    module = module_copy(model.module)
    if any(isinstance(part, TwoStages | ExitBlock) for part in module.modules()):
        raise VidcompressError(
            f"model {model.name!r} answers some clips after part of its blocks: there is no one embedding of all"
            " clips; take a variant without early-exit and cascade"
        )
    own = _own_way(module)
    if own is None:
        return replace(model, module=_placed(module, _head(model, module), nn.Identity()))
    return replace(model, module=_placed(module, own, OfVideo(module.get_submodule(own))))


def head_model(model: Model) -> Model | None:
    """The model's layer of the logits alone: its module takes embeddings `(B, D)` and shares its weights. None of one
    whose module gives its embedding itself: what it makes of that is not known here.

    Raises:
        VidcompressError: it has no layer that gives its logits.
    """
    if _own_way(model.module) is not None:
        return None
    part = model.module.get_submodule(_head(model, model.module))
    # What only stores integers is widened where it is a part of something.
    return replace(model, module=nn.Sequential(part))


def words(model: Model) -> str:
    """What the embedding of a model is, such as `class token`."""
    family = _family(model.module)
    return family.embedding if family else OTHER


def _own_way(module: nn.Module) -> str | None:
    """Dotted name of the part that gives an embedding itself; None where none does."""
    return next(
        (name for name, part in module.named_modules() if callable(getattr(part, METHOD, None))), None
    )


def _head(model: Model, module: nn.Module) -> str:
    """Dotted name of the part that makes the logits."""
    family = _family(module)
    ends = [name for name, _ in module.named_modules() if family and name.split(".")[-1] == family.head]
    if ends:
        return ends[-1]
    try:
        return classifier_name(module)
    except VidcompressError:
        raise VidcompressError(
            f"model {model.name!r} has no layer that gives its logits, so that nothing before it is an embedding:"
            " give its module a method embedding(pixels) -> (B, D)"
        ) from None


def _family(module: nn.Module) -> Family | None:
    for part in module.modules():
        config: Any = getattr(part, "config", None)
        found = family_of(getattr(config, "model_type", None))
        if found:
            return found
    return None


def _placed(module: nn.Module, name: str, part: nn.Module) -> nn.Module:
    """`part` in the place of the part of this name; of an empty one, of all."""
    if name:
        module.set_submodule(name, part)
    return part if not name else module
