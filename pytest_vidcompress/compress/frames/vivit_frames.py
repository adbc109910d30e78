"""ViViT of fewer frames: whole tubelets go, and those that stay keep the positions that they learned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import torch
from torch import nn

from .frame_axis import FrameAxis, rows_of


def _together(module: Any) -> int:
    return int(module.config.tubelet_size[0])


def _narrow(module: nn.Module, places: Sequence[int], before: int) -> None:
    embeddings: Any = module.get_submodule(AXIS.embeddings)
    patches, size = embeddings.patch_embeddings, _together(module)
    height, width = patches.image_size
    _, down, across = cast(Any, module).config.tubelet_size
    each = (height // down) * (width // across)
    table = cast(nn.Parameter, embeddings.position_embeddings)
    if table.shape[1] == 1 + before // size * each:
        own = table.detach()
        chosen = torch.cat((own[:, :1], rows_of(own[:, 1:], places, size, before)), 1)
        embeddings.position_embeddings = nn.Parameter(chosen, requires_grad=table.requires_grad)
    patches.num_patches = len(places) // size * each


AXIS = FrameAxis("VivitForVideoClassification", "vivit.embeddings", _together, _narrow)
