"""Multiply-accumulates of a gated convolution by what of it is computed. Light.

Those of filters, and of the filters that make the missing channels of them; what makes frames multiplies a channel by
one number and is counted nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_MOST_SHARE = 1 / 6
"""Of a filter, that what makes its channel of another may cost."""


@dataclass(frozen=True)
class LayerCost:
    """Of one convolution."""

    macs: int
    """Of all of it, for one clip."""
    of_ratios: tuple[float, ...]
    """Share of that by which filters are computed, what makes the others included."""
    of_channels: tuple[float, ...]
    """The part of that which makes the others."""
    of_strides: tuple[float, ...]
    """Share that is left of that by which frames are computed."""

    def macs_of(self, ratios: Sequence[int], strides: Sequence[int]) -> int:
        """Of these options, ascending: as many filters and frames are computed as the first ones say, and as many
        channels made as the last ratio lacks."""
        made = self.of_ratios[ratios[0]] + self.of_channels[ratios[-1]] - self.of_channels[ratios[0]]
        return round(self.macs * made * self.of_strides[strides[0]])


def cheap_kernel(filter_macs: int) -> int:
    """Height and width of what makes a missing channel of another: 3, or 1 where that would cost too much.

    Args:
        filter_macs: of one filter at one place.
    """
    return 3 if _MOST_SHARE * filter_macs >= 9 else 1


def layer_cost(
    filter_macs: int, widths: Sequence[int], cheap_macs: int, strides: Sequence[int], places: Sequence[int]
) -> LayerCost:
    """Of a convolution.

    Args:
        filter_macs: of one filter at one place.
        widths: filters that are computed, by option, from all.
        cheap_macs: of what makes a channel of another, at one place.
        strides: of frames, by option.
        places: of what it gives: frames, height and width.
    """
    channels, (frames, height, width) = widths[0], places
    made = tuple((channels - number) * cheap_macs / (channels * filter_macs) for number in widths)
    return LayerCost(
        channels * filter_macs * frames * height * width,
        tuple(number / channels + more for number, more in zip(widths, made, strict=True)),
        made,
        tuple(-(-frames // stride) / frames for stride in strides),
    )
