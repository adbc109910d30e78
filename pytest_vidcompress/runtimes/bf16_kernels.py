"""What multiplies bfloat16 on this machine: torch says what the CPU has, the environment what it may use. Light."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .isa_limit import isa_limit

if TYPE_CHECKING:
    import torch

AMX, AVX512 = "amx_bf16", "avx512_bf16"
"""As torch and Linux spell them, the faster first."""
_WITHOUT = frozenset(
    {"sse41", "avx", "avx2", "avx2_vnni", "avx2_vnni_2", "avx512_core", "avx512_core_vnni"},
)
"""Limits of oneDNN under which it only imitates bfloat16, by conversions."""
_UNLIMITED = ("", "all", "default")


@dataclass(frozen=True)
class Bf16:
    """What a runtime makes on this machine of a model that is stored in bfloat16."""

    kernels: str = ""
    """Those that compute in it, `amx_bf16` or `avx512_bf16`, or `cuda_bf16`; empty where it is widened to fp32."""
    why: str = "this CPU has no bf16 kernels"
    """Why it is widened."""

    @property
    def note(self) -> str:
        """The same in words."""
        return f"computes in bf16 ({self.kernels})" if self.kernels else f"bf16 widened to fp32: {self.why}"


def kernels_on(device: torch.device) -> Bf16:
    """What torch makes of bfloat16 on a device: computed in it where that has it, and does not only imitate it."""
    if device.type == "cpu":
        return Bf16(cpu_kernels())
    import torch

    ask: Any = getattr(torch.get_device_module(device), "is_bf16_supported", None)
    if ask is not None and ask(including_emulation=False):
        return Bf16(f"{device.type}_bf16")
    return Bf16(why=f"{device.type} says of no bf16 kernels")


def cpu_kernels() -> str:
    """The kernels for bfloat16 that this CPU has and oneDNN may use, `amx_bf16` or `avx512_bf16`; empty of none."""
    limit = isa_limit()
    if limit in _WITHOUT:
        return ""
    if _has(AMX) and (limit in _UNLIMITED or "amx" in limit):
        return AMX
    return AVX512 if _has(AVX512) else ""


def _has(feature: str) -> bool:
    """Has this CPU a feature, and may this process use it?"""
    import torch

    ask = getattr(torch.cpu, "get_capabilities", None)
    if ask is not None:
        return torch.backends.mkldnn.is_available() and bool(ask().get(feature))
    older = {AMX: "_is_amx_tile_supported", AVX512: "_is_avx512_bf16_supported"}  # before torch 2.10
    said = getattr(torch.cpu, older[feature], bool)
    return torch.backends.mkldnn.is_available() and bool(said())
