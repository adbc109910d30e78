"""What a device is beside its name in torch: the part of a machine class that a CPU is not."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Accelerator:
    """What is not known is empty."""

    name: str
    """As its maker says it, such as `NVIDIA H100 80GB HBM3`."""
    architecture: str = ""
    """What kernels are compiled for, such as `sm90` (compute capability 9.0) or `gfx942`."""
    driver: str = ""
    """What torch drives it by, with major.minor, such as `cuda12.8`."""


def accelerator(device: torch.device) -> Accelerator | None:
    """That of a device; None of the CPU."""
    import torch

    if device.type == "cpu":
        return None
    ask: Any = getattr(torch.get_device_module(device), "get_device_properties", None)
    versions = {"cuda": torch.version.cuda, "hip": torch.version.hip, "macos": platform.mac_ver()[0]}
    said = {name: version for name, version in versions.items() if version}
    return described(device.type, ask(device) if ask else None, said)


def described(kind: str, properties: Any, versions: Mapping[str, str]) -> Accelerator:
    """Of what torch says.

    Args:
        kind: of the device, as torch calls it.
        properties: as `get_device_properties` of that kind gives them; None where it has no such function.
        versions: of what torch was built with and runs on.
    """
    name = str(getattr(properties, "name", kind))
    if "hip" in versions and kind == "cuda":
        architecture = str(getattr(properties, "gcnArchName", "")).partition(":")[0]
        return Accelerator(name, architecture, f"hip{_minor(versions['hip'])}")
    if kind == "cuda":
        return Accelerator(
            name, f"sm{properties.major}{properties.minor}", f"cuda{_minor(versions.get('cuda', ''))}"
        )
    if kind == "mps":
        # Which chip it is part of, the CPU's name says.
        return Accelerator(name, driver=f"macos{_minor(versions.get('macos', ''))}")
    driver = _minor(str(getattr(properties, "driver_version", "")))
    return Accelerator(name, str(getattr(properties, "architecture", "")), f"{kind}{driver}")


def _minor(version: str) -> str:
    """`12.8.1` -> `12.8`."""
    return ".".join(version.split(".")[:2])
