"""Tokens that others stand for leave a transformer on its way; nothing is trained for it.

- `merge-tokens`: Bolya et al., "Token Merging: Your ViT But Faster", ICLR 2023;
- `prune-tokens`: Ding et al., "Prune Spatio-temporal Tokens by Semantic-aware Temporal Accumulation", ICCV 2023;
- `run-length`: Choudhury et al., "Don't Look Twice: Faster Video Transformers with Run-Length Tokenization", NeurIPS
  2024;
- `drop-tokens`: the control.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from ..technique import Technique
from .token_parameters import DropTokens, MergeTokens, PruneTokens, RunLength

if TYPE_CHECKING:
    from torch import nn

    from ...clips.loader import Clips
    from ...models.model import Model
    from .reduce_model import Made
    from .token_grid import TokenGrid

NEVER_BEFORE = ("frames", "fuse", "shrink")
"""They know models as transformers has them."""


def _reductions(name: str, parameters: Any, grid: TokenGrid) -> Made:
    from . import reduce_model

    how: dict[str, Callable[[Any, TokenGrid], Made]] = {
        "merge-tokens": reduce_model.merging,
        "drop-tokens": reduce_model.dropping,
        "prune-tokens": reduce_model.pruning,
        "run-length": reduce_model.running,
    }
    return how[name](parameters, grid)


def _apply(name: str, model: Model, parameters: Any, clips: Clips) -> Model:
    from .reduce_model import reduced_model

    module, note = reduced_model(model, name, partial(_reductions, name, parameters))
    return replace(model, module=module, notes=(*model.notes, note))


def _rebuild(name: str, module: nn.Module, parameters: Any) -> nn.Module:
    from .reduce_model import rebuilt

    return rebuilt(module, partial(_reductions, name, parameters))


def _technique(name: str, summary: str, parameters: type) -> Technique:
    return Technique(
        summary,
        partial(_apply, name),
        parameters,
        rebuild=partial(_rebuild, name),
        of_some_models=True,
        never_before=NEVER_BEFORE,
    )


TECHNIQUES = {
    name: _technique(name, summary, parameters)
    for name, summary, parameters in (
        ("merge-tokens", "tokens that are alike become one", MergeTokens),
        ("drop-tokens", "tokens at random are left out: a control", DropTokens),
        ("prune-tokens", "tokens that were seen before and say little are left out", PruneTokens),
        (
            "run-length",
            "patches that stand still are looked at once; its work depends on the clip",
            RunLength,
        ),
    )
}
