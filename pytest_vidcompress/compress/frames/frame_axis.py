"""What `frames` knows of one family. A file of this folder that defines `AXIS` is found by being here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from ..layers.by_class import entries_by_class

if TYPE_CHECKING:
    import torch
    from torch import nn


@dataclass(frozen=True)
class FrameAxis:
    """Of one class of transformers'."""

    of: str
    """Name of the class, such as `VideoMAEForVideoClassification`."""
    embeddings: str
    """Dotted name of the part whose `patch_embeddings` takes the pixels."""
    together: Callable[[Any], int]
    """A module -> neighbouring frames that stay or go as one."""
    narrow: Callable[[nn.Module, Sequence[int], int], None]
    """`(module, places, frames before)`: in place, gives what it knows of every frame for these alone. One that was
    built for as many frames as these has only what is stored right; what it computes is computed anew."""


def rows_of(table: torch.Tensor, places: Sequence[int], size: int, before: int) -> torch.Tensor:
    """What a table `(1, N, D)`, as many rows in a row a tubelet, has of the tubelets of some frames.

    Args:
        size: frames of a tubelet.
        before: frames that the table is of.
    """
    tubelets = [place // size for place in places[::size]]
    return table.unflatten(1, (before // size, -1))[:, tubelets].flatten(1, 2).clone()


@cache
def frame_axes() -> Mapping[str, FrameAxis]:
    """By the name of the class."""
    return entries_by_class(__name__.rpartition(".")[0], "AXIS", FrameAxis)
