"""Where sums of integer products are cut off: x86 without VNNI adds two products of bytes in sixteen bits. Light.

255 (127 + 127) does not fit there (oneDNN's guide, "Nuances of int8 computations"). Kernels add the products of the
inputs 0 and 1, 2 and 3 ...: an output with a pair that would not fit gets coarser steps, as few as it takes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .isa_limit import isa_limit

if TYPE_CHECKING:
    import numpy as np

FITTING = 128
"""Most that two weights may sum up to: products of them with bytes fit."""
_VNNI = ("avx512_vnni", "avx_vnni", "avx_vnni_int8", "amx_int8")
"""What adds four products in thirty-two bits, as torch spells it."""
_WITHOUT = frozenset({"sse41", "avx", "avx2", "avx512_core"})
"""Limits of oneDNN under which it uses none of these."""


def saturate() -> bool:
    """Are they, on this CPU and with what its kernels may use?"""
    import torch

    if torch.backends.cpu.get_cpu_capability() not in ("AVX2", "AVX512"):
        return False
    if isa_limit() in _WITHOUT:
        return True
    ask = getattr(torch.cpu, "get_capabilities", None)
    if ask is None:  # before torch 2.10
        return not getattr(torch.cpu, "_is_vnni_supported", bool)()
    there = ask()
    return not any(there.get(feature) for feature in _VNNI)


def fitting(weight: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """int8 weights `(outputs, inputs, ...)` -> such that pairs of inputs fit, and how many times coarser
    the steps of each output are, `(outputs,)`, 1 at least."""
    import numpy as np

    wide = weight.astype(np.int32)
    even, odd = wide[:, ::2], wide[:, 1::2]
    sums = np.abs(even[:, : odd.shape[1]] + odd).reshape(len(weight), -1)
    largest = sums.max(1, initial=0)
    # Rounding may add one, of which less is cut off than a step of weights.
    coarser = np.where(largest > FITTING, largest / FITTING, 1.0).astype(np.float32)
    return np.rint(weight / coarser.reshape(-1, *[1] * (weight.ndim - 1))).astype(np.int8), coarser
