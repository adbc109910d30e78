"""A student of another depth and width, made of what is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import torch
from torch import nn

from ...errors import VidcompressError, first_line
from ...models.adapter import example_pixels, logits_from
from .. import shrink
from ..shrink.anatomies import anatomy_of
from ..shrink.structure_record import write_sizes
from .block_pairs import block_names

if TYPE_CHECKING:
    from ...clips.loader import Clips
    from ...models.model import Model
    from ..shrink.shares import Shrink


def student_of(model: Model, depth: int, lacks: Shrink | None, clips: Clips) -> Model:
    """A model of fewer blocks, and of narrower ones, changed in place.

    Args:
        depth: of blocks; 0 leaves all.
        lacks: what else goes; None: nothing.
        clips: that `shrink` looks at.

    Raises:
        VidcompressError: it has not what is to go.
    """
    if depth:
        with_depth(model.module, depth)
        _refuse_misfits(model, depth)
    return shrink.apply(model, lacks, clips) if lacks else model


@torch.inference_mode()
def _refuse_misfits(model: Model, depth: int) -> None:
    """Refuses blocks that do not take what those give that are in front of them now."""
    try:
        logits_from(model.module(example_pixels(model.profile).to(model.device)))
    except Exception as error:  # a module raises whatever it likes
        raise VidcompressError(
            f"depth={depth} leaves blocks of model {model.name!r} that do not fit behind each other"
            f" ({first_line(error)}): leave it out"
        ) from error


def with_depth(module: nn.Module, depth: int) -> nn.Module:
    """Leaves so many blocks, in place: the last and, evenly between, others from the first on. One that has as few or
    fewer stays as it is.

    Sanh et al., "DistilBERT", 2019, section 3, begin with every other block of the teacher likewise.

    Raises:
        VidcompressError: it has no list of blocks.
    """
    names = block_names(module)
    if not names:
        raise VidcompressError(
            "the model has no list of blocks, of which some could be left: leave out depth="
        )
    count = len(names)
    if count <= depth:
        return module
    parent, _, last = names[0].rpartition(".")[0].rpartition(".")
    blocks = cast(nn.ModuleList, module.get_submodule(f"{parent}.{last}".lstrip(".")))
    chosen = (
        [round(place * (count - 1) / (depth - 1)) for place in range(depth)] if depth > 1 else [count - 1]
    )
    setattr(module.get_submodule(parent), last, nn.ModuleList([blocks[index] for index in chosen]))
    anatomy = anatomy_of(module)
    config: Any = getattr(module, "config", None)
    if anatomy:
        write_sizes(module, anatomy)
    elif getattr(config, "num_hidden_layers", None) == count:
        config.num_hidden_layers = depth
    return module
