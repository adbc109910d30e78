"""The machine class: what latency depends on, and nothing that changes from day to day."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ..runtimes.isa_limit import isa_limit
from .accelerator import Accelerator
from .cpu import Cpu, cpu


@dataclass(frozen=True)
class Machine:
    """Two runs may compare times when these are equal: never hostname, clock or kernel."""

    cpu: str
    isa: str
    """The instruction set that torch's kernels use."""
    threads: int
    runtime: str
    """What executes, with its major.minor version."""
    model: str = ""
    """Which CPU of this name, as `Cpu.model`. This and what follows is empty where it is not known."""
    features: tuple[str, ...] = ()
    """What other kernels can use, as `Cpu.features`."""
    isa_limit: str = ""
    """What oneDNN's kernels may use at most, where the environment says so."""
    bf16: str = ""
    """The kernels of what computes in bfloat16, such as `amx_bf16`; of what does not, empty on any CPU."""
    accelerator: Accelerator | None = None
    """What computes, beside the CPU that gives it work; None where the CPU does."""

    @property
    def slug(self) -> str:
        """For file names: `amd-epyc-26.2.1-avx512-avxvnni-bf16-vnni-2t-torch2.13`."""
        # What has AVX-512 has AVX2, and the instruction set of torch is said already.
        implied = {self.isa, *(("avx2",) if "avx512" in self.features else ())}
        features = [feature for feature in self.features if feature not in implied]
        limit = [f"max-{self.isa_limit}"] if self.isa_limit else []
        known = [
            self.cpu,
            self.model,
            self.isa,
            *features,
            *limit,
            f"{self.threads}t",
            self.runtime,
            self.bf16,
            *((there.name, there.architecture, there.driver) if (there := self.accelerator) else ()),
        ]
        named = re.sub(r"\((r|tm)\)|@.*?ghz|\bcpu\b|processor", " ", "-".join(filter(None, known)).lower())
        return re.sub(r"[^a-z0-9.]+", "-", named).strip("-.")

    @property
    def computer(self) -> str:
        """The same whatever executes: times of several runtimes on it may be compared with each other."""
        return replace(self, runtime="", bf16="").slug

    def facts(self) -> dict[str, str | int]:
        """For files, by name; what is not known is left out."""
        facts: dict[str, str | int] = {
            "cpu": self.cpu,
            "model": self.model,
            "isa": self.isa,
            "features": " ".join(self.features),
            "isa_limit": self.isa_limit,
            "bf16": self.bf16,
            "threads": self.threads,
            "runtime": self.runtime,
        }
        if self.accelerator:
            facts |= {"device": self.accelerator.name, "architecture": self.accelerator.architecture}
            facts |= {"driver": self.accelerator.driver}
        return {name: fact for name, fact in facts.items() if fact != ""}


def machine(
    runtime: str, on: Cpu | None = None, bf16: str = "", accelerator: Accelerator | None = None
) -> Machine:
    """The class of this machine, with the threads that torch is set to.

    Args:
        runtime: what executes, with its version, as `Runtime.version` says it.
        on: the CPU; this computer's unless given.
        bf16: kernels, where what executes computes in bfloat16.
        accelerator: what models run on, where that is not the CPU.
    """
    import torch

    here = on or cpu()
    isa = torch.backends.cpu.get_cpu_capability().lower()
    threads = torch.get_num_threads()
    return Machine(
        here.name, isa, threads, runtime, here.model, here.features, isa_limit(), bf16, accelerator
    )
