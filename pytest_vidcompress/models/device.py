"""What models compute on: a name such as `cuda:1` -> a device that this torch has, and modules that are moved there.

Whoever predicts, times or trains asks `run.inputs.Inputs.device`, which asks here. Heavy: imports torch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain

import torch
from torch import nn
from torch.utils._pytree import tree_leaves

from ..errors import VidcompressError

CPU = torch.device("cpu")
_SPELT = {"cuda": "CUDA", "mps": "Metal", "xpu": "XPU"}
_FORKS = frozenset({"cpu", "cuda", "xpu"})
"""Devices that a forked process can use if the one that it was forked from never did; Metal is not for forks."""


@dataclass(frozen=True)
class Accelerators:
    """What this torch can use beside the CPU: of one kind, as torch has it."""

    kind: str = ""
    """As torch calls it; empty where this torch was built for none."""
    count: int = 0

    @classmethod
    def here(cls) -> Accelerators:
        """Those of this computer."""
        built_for = torch.accelerator.current_accelerator()
        if built_for is None:
            return cls()
        available = torch.accelerator.is_available()
        return cls(built_for.type, torch.accelerator.device_count() if available else 0)

    @property
    def names(self) -> tuple[str, ...]:
        """Of all devices, the CPU first."""
        return "cpu", *(f"{self.kind}:{number}" for number in range(self.count))


def find_device(name: str, there: Accelerators | None = None) -> torch.device:
    """The device of this name, with its number where it is not the CPU.

    Args:
        there: what there is; what this computer has unless given.

    Raises:
        VidcompressError: this torch has none such.
    """
    try:
        wanted = torch.device(name)
    except RuntimeError:
        raise VidcompressError(
            f"torch knows no such device; {_known(there or Accelerators.here())}"
        ) from None
    if wanted.type == "cpu":
        return CPU
    there = there or Accelerators.here()
    if there.kind != wanted.type:
        raise VidcompressError(f"this torch has no {_SPELT.get(wanted.type, wanted.type)}; {_known(there)}")
    if not there.count:
        raise VidcompressError(
            f"this torch has {_SPELT.get(there.kind, there.kind)} and finds no device or driver"
        )
    index = wanted.index or 0
    if index >= there.count:
        raise VidcompressError(f"there is no such device; {_known(there)}")
    return torch.device(wanted.type, index)


def _known(there: Accelerators) -> str:
    return f"it has {' and '.join(there.names)}, and nothing needs another"


def device_of(target: object) -> torch.device:
    """Where the numbers of a module are, by the first of them; the CPU of what holds none."""
    if not isinstance(target, nn.Module):
        return CPU
    return next((tensor.device for tensor in chain(target.parameters(), target.buffers())), CPU)


def moved(module: nn.Module, device: torch.device) -> nn.Module:
    """The module itself with its numbers on a device.

    Raises:
        VidcompressError: some stay where they are, such as weights that are packed for kernels of the CPU.
    """
    if (device_of(module), device) != (CPU, CPU):
        module.to(device)
    left = elsewhere(module, device)
    if left:
        raise VidcompressError(f"{left} cannot be moved to {device}: it is for kernels of the CPU alone")
    return module


def elsewhere(module: nn.Module, device: torch.device) -> str:
    """The name of a number of a module that is not on a device; empty where all are, and of the CPU."""
    if device == CPU:
        return ""
    held: Iterator[tuple[str, object]] = chain(module.state_dict().items(), module.named_buffers())
    return next(
        (name for name, value in held if not all(_is_on(leaf, device) for leaf in tree_leaves(value))), ""
    )


def _is_on(value: object, device: torch.device) -> bool:
    """Of what a state dict holds: what is no number is anywhere, and torch packs weights for the CPU alone."""
    if isinstance(value, torch.Tensor):
        return value.device == device
    return not isinstance(value, torch.ScriptObject)


def synchronizer(device: torch.device) -> Callable[[], object]:
    """What waits until a device has done all that it was given; the CPU always has."""
    return _nothing if device.type == "cpu" else partial(torch.accelerator.synchronize, device)


def _nothing() -> None:
    pass


def has_doubles(device: torch.device) -> bool:
    """Does it compute with floats of 64 bits? Metal does not."""
    return device.type != "mps"


def refusal_to_fork(device: torch.device) -> str:
    """Why processes that were forked cannot compute on a device, in words; empty where they can.

    CUDA can be used after a fork where it was not before it (torch's notes on multiprocessing, "poison fork").
    """
    if device.type in _FORKS:
        return ""
    return f"forked processes cannot use {_SPELT.get(device.type, device.type)}"
