"""A student of fewer blocks, made of some of its teacher's."""

from __future__ import annotations

from typing import Any, cast

from torch import nn

from ...errors import VidcompressError
from .block_pairs import block_names


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
    config: Any = getattr(module, "config", None)
    if getattr(config, "num_hidden_layers", None) == count:
        config.num_hidden_layers = depth
    return module
