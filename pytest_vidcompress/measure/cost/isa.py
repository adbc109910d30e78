"""The instruction set that a variant's kernels use, as far as somebody says so."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from ...models.device import CPU
from ..accelerator import accelerator


def isa(run: object, in_torch: bool, device: torch.device = CPU) -> str:
    """Such as `avx512`, `avx512_vnni`, or of an accelerator `sm90`; empty where it is not known.

    Args:
        run: what runs; a method `isa()` says more than anything else.
        in_torch: torch's kernels execute it, which go by what torch found in this CPU.
        device: what they run on.
    """
    told: Any = None if isinstance(run, nn.Module) else getattr(run, "isa", None)
    if callable(told):
        return str(told())
    if not in_torch:
        return ""
    there = accelerator(device)
    return there.architecture if there else torch.backends.cpu.get_cpu_capability().lower()
