"""Multiply-accumulates in one number, for tests that compare it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from pytest_vidcompress.measure.cost.macs import work


def macs(target: Callable[[torch.Tensor], Any], pixels: torch.Tensor) -> int | None:
    """See `Work.macs`."""
    return work(target, pixels).macs
