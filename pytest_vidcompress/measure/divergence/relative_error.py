"""The relative error of one output beside another, whatever outputs a block gives."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import nn

from ...compress.layers.other_layout import OtherLayout
from .divergence import MOST


@dataclass
class RelativeError:
    """Of all that is added, together."""

    _difference: float = 0.0
    """Sum of squares."""
    _norm: float = 0.0
    """Of the reference, likewise."""
    _is_empty: bool = True
    why: str = ""
    """Why the two do not compare; empty where they do."""

    def add(self, part: nn.Module, own: Any, original: Any) -> None:
        """Adds what a block of the variant gives, or is given, and what its original does.

        Args:
            part: the block of the variant.
        """
        if self.why:
            return
        try:
            for mine, theirs in _pairs(part, own, original):
                self._difference += _square(mine.float() - theirs.float())
                self._norm += _square(theirs)
                self._is_empty = False
        except _ApartError as error:
            self.why = str(error)

    @property
    def value(self) -> float | None:
        """Norm of the difference over that of the reference, at most `MOST`; None where nothing compares."""
        if self.why or self._is_empty:
            return None
        if self._difference == 0:
            return 0.0
        ratio = math.sqrt(self._difference) / math.sqrt(self._norm) if self._norm else math.inf
        return min(MOST, ratio)  # of NaN, too


class _ApartError(Exception):
    """Why two outputs do not compare."""


def tensors(value: Any) -> list[torch.Tensor]:
    """The tensors of floats in what a block takes or gives, one after the other."""
    return [*_floats(value)]


def copied(value: Any) -> Any:
    """The same with tensors of its own, which nothing that runs in place can change."""
    return _mapped(value, torch.Tensor.clone)


def cast_floats(value: Any, dtype: torch.dtype | None) -> Any:
    """The same with its floats in the type that a part computes with; None leaves them."""
    return _mapped(value, lambda each: each.to(dtype) if dtype and each.is_floating_point() else each)


def _mapped(value: Any, change: Callable[[torch.Tensor], torch.Tensor]) -> Any:
    if isinstance(value, torch.Tensor):
        return change(value)
    if isinstance(value, tuple | list):
        return tuple(_mapped(each, change) for each in cast("tuple[Any, ...]", value))
    if isinstance(value, dict):
        return {key: _mapped(each, change) for key, each in cast("dict[Any, Any]", value).items()}
    return value


def _floats(value: Any) -> Iterator[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        if value.is_floating_point():
            yield value
    elif isinstance(value, Mapping):
        for each in cast("Mapping[Any, Any]", value).values():
            yield from _floats(each)
    elif isinstance(value, tuple | list):
        for each in cast("tuple[Any, ...]", value):
            yield from _floats(each)


def _pairs(part: nn.Module, own: Any, original: Any) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    theirs = tensors(original)
    if isinstance(part, OtherLayout):
        one, other = part.comparable(own, theirs[0])
        mine, theirs = [one], [other]
    else:
        mine = tensors(own)
    if [*map(_extents, mine)] != [*map(_extents, theirs)]:
        raise _ApartError(f"it gives {_shapes(mine)}, the reference's {_shapes(theirs)}")
    for one, other in zip(mine, theirs, strict=True):
        yield one.reshape(-1), other.reshape(-1)


def _extents(tensor: torch.Tensor) -> list[int]:
    """Without axes of one: `(1, 1, D)` is `(1, D)`."""
    return [extent for extent in tensor.shape if extent != 1]


def _shapes(outputs: list[torch.Tensor]) -> str:
    return ", ".join(" x ".join(map(str, each.shape)) for each in outputs) or "no numbers"


def _square(tensor: torch.Tensor) -> float:
    norm = float(torch.linalg.vector_norm(tensor, dtype=torch.float64))
    return norm * norm
