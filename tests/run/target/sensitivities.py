"""Sensitivities of made-up models."""

from __future__ import annotations

from pytest_vidcompress.measure.sensitivity.sensitivity import BLOCK, HEADS, MLP, PartSensitivity, Sensitivity


def part(block: int, axis: str, kl: float, share: float = 0.1) -> PartSensitivity:
    return PartSensitivity(block, axis, kl, 0.9, share, share)


def sensitivity(
    mlp: float = 0.1, heads: float = 0.1, blocks: tuple[float, ...] = (1, 0.5, 0.1, 0.2)
) -> Sensitivity:
    """Of as many blocks as `blocks` has divergences; `mlp` and `heads` are a part's."""
    parts = [
        each
        for number, kl in enumerate(blocks)
        for each in (
            part(number, MLP, mlp, 0.16),
            part(number, HEADS, heads, 0.08),
            part(number, BLOCK, kl, 0.24),
        )
    ]
    return Sensitivity("videomae", 16, 256, 4, tuple(parts))
