"""What `fuse` knows of one family. A file of this folder that defines `REWRITE` is found by being here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from ...errors import VidcompressError
from ..layers.by_class import entries_by_class

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Rewrite:
    """The same function with less arithmetic, for one class of transformers'."""

    of: str
    """Name of the class, such as `VideoMAEForVideoClassification`."""
    build: Callable[[Any], nn.Module]
    """A module of that class -> the rewritten one, which may share its weights.

    Raises:
        VidcompressError: this one cannot be rewritten.
    """
    modules: Mapping[str, tuple[str, ...]]
    """The study's scopes, by the names of the rewritten one's layers: see `Profile.modules`."""


def refuse_rest(frames: int, size: Any, patch: Sequence[int]) -> None:
    """Refuses a geometry whose patches leave a rest of a clip: a convolution passes over it, the layer that takes its
    place does not.

    Args:
        size: of a frame, a number or height and width.
        patch: frames, height and width.
    """
    sides = (size, size) if isinstance(size, int) else tuple(size)
    if any(extent % part for extent, part in zip((frames, *sides), patch, strict=True)):
        raise VidcompressError(
            f"fuse makes a layer of patches of {' x '.join(map(str, patch))}, and a clip of {frames} x"
            f" {' x '.join(map(str, sides))} is no whole number of them: leave fuse out of its recipes"
        )


@cache
def rewrites() -> Mapping[str, Rewrite]:
    """By the name of the class. Heavy: imports torch."""
    return entries_by_class(__name__.rpartition(".")[0], "REWRITE", Rewrite)
