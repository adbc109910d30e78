"""The range of values that 256 integers stand for."""

from __future__ import annotations

from dataclasses import dataclass

import torch

LEVELS = 256


@dataclass(frozen=True)
class Range:
    """`value = scale * (integer - zero_point)`, integers 0 ... 255."""

    scale: float
    zero_point: int

    @classmethod
    def of(cls, low: float, high: float) -> Range:
        """The range that reaches from `low` to `high`, and holds zero exactly."""
        low, high = min(low, 0.0), max(high, 0.0)
        scale = max((high - low) / (LEVELS - 1), torch.finfo(torch.float32).tiny)
        # As float32 holds it, so that what is stored computes what was searched.
        scale = float(torch.tensor(scale))
        return cls(scale, min(LEVELS - 1, max(0, round(-low / scale))))

    @classmethod
    def around_zero(cls, reach: float) -> Range:
        """The range of as much below zero as above."""
        scale = float(torch.tensor(max(reach / (LEVELS / 2 - 1), torch.finfo(torch.float32).tiny)))
        return cls(scale, LEVELS // 2)

    def __call__(self, values: torch.Tensor) -> torch.Tensor:
        """Values rounded to this range."""
        return torch.fake_quantize_per_tensor_affine(values, self.scale, self.zero_point, 0, LEVELS - 1)
