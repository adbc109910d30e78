"""A variant beside its reference, block by block, as far as anything shows its blocks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from torch import nn

from ...errors import first_line
from ...runtimes.torch_eager import runnable
from ..cost.watch import watchable
from .block_errors import block_errors
from .divergence import Divergence

if TYPE_CHECKING:
    import torch

    from ..subject import Subject


def divergence(
    reference: nn.Module, subject: Subject, views: Iterable[torch.Tensor], sets: bool = False
) -> Divergence:
    """Compares a subject with the reference's module, block by block; whatever goes wrong is said in the result.

    A module of torch's shows its blocks. What another runtime executes shows none: torch then runs the module that
    it was made from, integers as the numbers that they stand for.

    Args:
        views: pixels of one view each, `(1, T, C, H, W)` or as the models' layout says.
        sets: as in `block_errors`.
    """
    try:
        if watchable(subject.run):
            result = block_errors(reference, subject.run, views, sets)
        elif subject.stored is not None and watchable(subject.stored):
            result = block_errors(reference, runnable(subject.stored), views, sets)
            result = replace(result, stands_for=subject.runtime)
        else:
            return Divergence(unseen=_shows_none(subject))
    except Exception as error:  # a test that fails says so, whatever a model does under our hooks
        return Divergence(unseen=f"comparing them failed ({type(error).__name__}: {first_line(error)})")
    if result.blocks:
        return result
    return replace(result, unseen="the variant has none of the reference's blocks")


def _shows_none(subject: Subject) -> str:
    if isinstance(subject.run, nn.Module):
        return "the module is scripted or compiled"
    if subject.runtime != "torch":
        return f"the files of {subject.runtime} show none"
    return "what was measured is a function, which shows none"
