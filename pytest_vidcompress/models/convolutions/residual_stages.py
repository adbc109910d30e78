"""Stages of residual blocks, as the names and shapes of stored tensors tell them. Light: imports no torch."""

from __future__ import annotations

from collections.abc import Sequence

from ...errors import VidcompressError
from ..checkpoint.original_layout import Shapes


def stage_widths(shapes: Shapes, stages: Sequence[str], layer: str) -> list[int]:
    """Outputs of a layer of each stage's first block.

    Args:
        stages: what their names begin with, and a block's number follows.
        layer: its name within a block.

    Raises:
        VidcompressError: one has none.
    """
    names = [f"{stage}.0.{layer}.weight" for stage in stages]
    lacking = [name for name in names if name not in shapes]
    if lacking:
        raise VidcompressError(f"there is no {lacking[0]}: it is of another network")
    return [shapes[name][0] for name in names]


def stage_depths(shapes: Shapes, stages: Sequence[str], layer: str) -> list[int]:
    """Blocks of each stage, which all have such a layer.

    Raises:
        VidcompressError: they are not numbered from 0 on.
    """
    depths: list[int] = []
    for stage in stages:
        ending = f".{layer}.weight"
        numbers = {
            name.removeprefix(f"{stage}.").removesuffix(ending)
            for name in shapes
            if name.startswith(f"{stage}.") and name.endswith(ending)
        }
        if numbers != {str(number) for number in range(len(numbers))}:
            raise VidcompressError(f"the blocks of {stage} are not numbered from 0 on")
        depths.append(len(numbers))
    return depths
