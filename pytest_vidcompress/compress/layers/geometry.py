"""How a convolution slides over its inputs: all that it is beside its weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import torch
from torch.nn.functional import conv1d, conv2d, conv3d, pad

_BY_RANK: Mapping[int, Callable[..., torch.Tensor]] = MappingProxyType({1: conv1d, 2: conv2d, 3: conv3d})
ZEROS = "zeros"


@dataclass(frozen=True)
class Geometry:
    """A convolution without its weights; called with inputs, weight and bias it computes what the layer does."""

    stride: tuple[int, ...]
    """One number a dimension that it slides over; so are the others."""
    padding: tuple[tuple[int, int], ...]
    """Before and after."""
    dilation: tuple[int, ...]
    groups: int
    padding_mode: str
    """`zeros`, or as `torch.nn.functional.pad` calls it."""

    @classmethod
    def of(cls, layer: Any) -> Geometry:
        """That of `nn.Conv1d`, `nn.Conv2d` or `nn.Conv3d`."""
        return cls(layer.stride, _padding(layer), layer.dilation, layer.groups, layer.padding_mode)

    @property
    def pads_evenly(self) -> bool:
        """Does it pad with zeros, as much before as after?"""
        return self.padding_mode == ZEROS and all(before == after for before, after in self.padding)

    def __call__(
        self, inputs: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None = None
    ) -> torch.Tensor:
        """`(B, channels, ...)` and `(outputs, channels / groups, ...)` -> `(B, outputs, ...)`."""
        convolve = _BY_RANK[len(self.stride)]
        if self.pads_evenly:
            padding = tuple(before for before, _ in self.padding)
            return convolve(inputs, weight, bias, self.stride, padding, self.dilation, self.groups)
        return convolve(self.padded(inputs), weight, bias, self.stride, 0, self.dilation, self.groups)

    def padded(self, inputs: torch.Tensor) -> torch.Tensor:
        """The inputs with what the convolution puts around them."""
        around = [extent for sides in reversed(self.padding) for extent in sides]
        if not any(around):
            return inputs
        return pad(inputs, around, "constant" if self.padding_mode == ZEROS else self.padding_mode)

    def patches(self, inputs: torch.Tensor, kernel: tuple[int, ...]) -> torch.Tensor:
        """A view of what each output meets: `(B, channels, ...)` -> `(B, positions ..., channels, kernel ...)`.

        Args:
            kernel: the extents of the weights that slide.
        """
        view = self.padded(inputs)
        for axis, (extent, stride, dilation) in enumerate(
            zip(kernel, self.stride, self.dilation, strict=True), 2
        ):
            view = view.unfold(axis, dilation * (extent - 1) + 1, stride)[..., ::dilation]
        return view.movedim(1, 1 + len(kernel))


def _padding(layer: Any) -> tuple[tuple[int, int], ...]:
    if layer.padding == "valid":
        return ((0, 0),) * len(layer.kernel_size)
    if layer.padding == "same":
        whole = [step * (extent - 1) for step, extent in zip(layer.dilation, layer.kernel_size, strict=True)]
        return tuple((extent // 2, extent - extent // 2) for extent in whole)
    return tuple((extent, extent) for extent in layer.padding)
