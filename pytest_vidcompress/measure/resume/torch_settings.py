"""Settings of torch that decide what it computes: as they are, and put to use in another process."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch

_NAMES = ("ATEN_", "CUBLAS_", "CUDA_", "DNNL_", "KMP_", "MKL_", "OMP_", "ONEDNN_", "OPENBLAS_", "TORCH_")
"""With which variables begin that tell libraries how to compute."""


def environment() -> dict[str, str]:
    """Variables with which libraries are told how to compute."""
    return {name: value for name, value in os.environ.items() if name.startswith(_NAMES)}


def settings(device: str) -> dict[str, Any]:
    """Of torch, that decide what a kind of device computes."""
    backends: Any = torch.backends
    return {
        "engine": backends.quantized.engine,
        "precision": torch.get_float32_matmul_precision(),
        "mkldnn": [backends.mkldnn.enabled, backends.mkldnn.deterministic],
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        "autocast": torch.is_autocast_enabled(device),
        "tf32": [backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32],
        "cudnn": [backends.cudnn.benchmark, backends.cudnn.deterministic],
        "dtype": str(torch.get_default_dtype()),
        "environment": environment(),
    }


def use(found: Mapping[str, Any], device: str) -> None:
    """Sets torch as it was where `settings` were read; the environment is for whoever starts a process."""
    for name, put in _SETTERS.items():
        if settings(device)[name] != found[name]:
            put(device, found[name])


def _mkldnn(_device: str, found: Sequence[bool]) -> None:
    backends: Any = torch.backends
    backends.mkldnn.enabled, backends.mkldnn.deterministic = found


def _tf32(_device: str, found: Sequence[bool]) -> None:
    backends: Any = torch.backends
    backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32 = found


def _cudnn(_device: str, found: Sequence[bool]) -> None:
    backends: Any = torch.backends
    backends.cudnn.benchmark, backends.cudnn.deterministic = found


_SETTERS: Mapping[str, Callable[[str, Any], object]] = {
    "engine": lambda _, name: setattr(torch.backends.quantized, "engine", name),
    # Before what it also sets.
    "precision": lambda _, name: torch.set_float32_matmul_precision(name),
    "mkldnn": _mkldnn,
    "deterministic": lambda _, on: torch.use_deterministic_algorithms(on),
    "autocast": torch.set_autocast_enabled,
    "tf32": _tf32,
    "cudnn": _cudnn,
    "dtype": lambda _, name: torch.set_default_dtype(getattr(torch, name.removeprefix("torch."))),
}
"""Of each of `settings`, what takes a kind of device and a value."""
