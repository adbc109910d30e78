"""How the authors of a family name the tensors of checkpoints that they publish themselves. Light."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

Shapes = Mapping[str, tuple[int, ...]]
"""Of tensors, by name."""


def _nothing(module: Any) -> Mapping[str, torch.Tensor]:
    return MappingProxyType({})


@dataclass(frozen=True)
class OriginalLayout:
    """Between the authors' names and transformers'; those of an architecture of our own are the authors'."""

    marks: tuple[str, ...]
    """Names of tensors that every such checkpoint has, and no other family's."""
    head: str
    """Name of the classifier's weight, which one that was only pre-trained lacks."""
    geometry: Callable[[Shapes], dict[str, Any]]
    """What a configuration of transformers says, as far as the tensors tell.

    Raises:
        VidcompressError: they are of something that transformers' classifier is not.
    """
    renamed: Callable[[Mapping[str, torch.Tensor]], dict[str, torch.Tensor]] = dict
    """The tensors under transformers' names; those that nothing is known of stay as they are."""
    computed: Callable[[Any], Mapping[str, torch.Tensor]] = _nothing
    """What a module of transformers computes when it is built, by the authors' names: a checkpoint that has it, too,
    must have the same."""
