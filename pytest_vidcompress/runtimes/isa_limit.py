"""What oneDNN's kernels may use at most, where the environment says so. Light."""

from __future__ import annotations

import os

VARIABLES = ("ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA")


def isa_limit() -> str:
    """Such as `avx512_core_vnni`; empty where nothing is said."""
    return next((os.environ[name] for name in VARIABLES if os.environ.get(name)), "").lower()
