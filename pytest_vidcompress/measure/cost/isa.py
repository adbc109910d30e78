"""The instruction set that a variant's kernels use, as far as somebody says so."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn


def isa(run: object, in_torch: bool) -> str:
    """Such as `avx512` or `avx512_vnni`; empty where it is not known.

    Args:
        run: what runs; a method `isa()` says more than anything else.
        in_torch: torch's kernels execute it, which go by what torch found in this CPU.
    """
    told: Any = None if isinstance(run, nn.Module) else getattr(run, "isa", None)
    if callable(told):
        return str(told())
    return torch.backends.cpu.get_cpu_capability().lower() if in_torch else ""
