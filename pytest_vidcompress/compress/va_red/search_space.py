"""What a gated convolution may choose from: shares of its filters, and strides of its frames. Light.

VA-RED^2 (Pan et al., ICLR 2021): `{1, 1/2}` or `{1, 1/2, 1/4}` of the channels and as many strides, 1, 2 and 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

HALVINGS = 2, 3
"""Options that there may be of each of the two."""
_WIDE, _ROUND, _NARROW_ROUND = 64, 16, 2
"""From so many channels on as many filters are computed as kernels compute at once; of fewer pairs."""


@dataclass(frozen=True)
class SearchSpace:
    """Of all gated convolutions of a model."""

    options: int
    """Of filters, and as many of frames."""
    soft: bool
    """May several of them be mixed, each with its weight? Otherwise one is taken."""

    @property
    def ratios(self) -> tuple[float, ...]:
        """Shares of the filters that are computed, descending."""
        return tuple(0.5**place for place in range(self.options))

    @property
    def strides(self) -> tuple[int, ...]:
        """Of the frames that are computed every such one is."""
        return tuple(2**place for place in range(self.options))

    def widths(self, channels: int) -> tuple[int, ...]:
        """How many filters each ratio computes: rounded up, and no fewer than half of the one before, which are made
        of them."""
        step = _ROUND if channels >= _WIDE else _NARROW_ROUND
        found = [channels]
        for ratio in self.ratios[1:]:
            wanted = ceil(channels * ratio / step) * step
            found.append(min(found[-1], max(wanted, ceil(found[-1] / 2))))
        return tuple(found)
