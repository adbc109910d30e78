"""The machine class: what latency depends on, and nothing that changes from day to day."""

from __future__ import annotations

import platform
import re
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Machine:
    """Two runs may compare times when these are equal: never hostname, clock or kernel."""

    cpu: str
    isa: str
    """The instruction set that torch's kernels use."""
    threads: int
    runtime: str
    """What executes, with its major.minor version."""

    @property
    def slug(self) -> str:
        """For file names: `amd-epyc-avx512-2t-torch2.13`."""
        text = f"{self.cpu}-{self.isa}-{self.threads}t-{self.runtime}".lower()
        named = re.sub(r"\((r|tm)\)|@.*?ghz|\bcpu\b|processor", " ", text)
        return re.sub(r"[^a-z0-9.]+", "-", named).strip("-.")

    def facts(self) -> dict[str, str | int]:
        return asdict(self)


def machine(runtime: str) -> Machine:
    """The class of this machine, with the threads that torch is set to.

    Args:
        runtime: what executes, with its version, as `Runtime.version` says it.
    """
    import torch

    return Machine(_cpu(), torch.backends.cpu.get_cpu_capability().lower(), torch.get_num_threads(), runtime)


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text(errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
