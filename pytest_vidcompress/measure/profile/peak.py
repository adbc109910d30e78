"""How fast this machine multiplies matrices in fp32: what an achieved speed is held against."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from ...models.device import CPU, synchronizer
from ..latency.machine_lock import machine_to_ourselves
from ..latency.stopwatch import seconds_of

if TYPE_CHECKING:
    from ..accuracy.predict import Progress

SMALLEST, LARGEST = 256, 4096
LONG_S = 0.015
"""A product that takes so long is large enough for every thread to have work, and its start not to count."""
BUDGET_S = 0.1
"""Of one size."""
FEWEST = 3


def peak_macs_per_s(progress: Progress | None = None, device: torch.device = CPU) -> float:
    """Multiply-accumulates a second of the fastest product of square fp32 matrices, on torch's threads or a device.

    Measured and not looked up: it knows the clock of today, the threads given and the neighbours. Larger and
    larger products are tried until one takes long enough, half a second in all.

    Args:
        progress: called while another run times.
        device: what multiplies.
    """
    best, size = 0.0, SMALLEST
    with machine_to_ourselves(progress), torch.inference_mode():
        while True:
            fastest_s = _fastest(size, device)
            best = max(best, size**3 / fastest_s)
            if fastest_s >= LONG_S or size >= LARGEST:
                return best
            size *= 2


def _fastest(size: int, device: torch.device) -> float:
    """Seconds of the fastest of several products."""
    generator = torch.Generator().manual_seed(0)
    left, right = (torch.rand(size, size, generator=generator).to(device) for _ in range(2))
    product, wait = torch.empty_like(left), synchronizer(device)
    times: list[float] = []
    while len(times) < FEWEST or sum(times) < BUDGET_S:
        times.append(seconds_of(lambda: torch.mm(left, right, out=product), wait))
    return min(times)
