"""This computer's CPU: its name, which one of those that bear it, and what kernels can use of it.

A name alone tells little: "Intel(R) Xeon(R) Processor" is a Cascade Lake and an Emerald Rapids, "AMD EPYC" every Zen,
and ARM Linux says none.
"""

from __future__ import annotations

import platform
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")
FEATURES: Mapping[str, str] = {
    # Linux, x86
    "avx2": "avx2",
    "avx512f": "avx512",
    "avx_vnni": "avxvnni",
    "avx512_vnni": "vnni",
    "avx512_bf16": "bf16",
    "avx512_fp16": "fp16",
    "amx_int8": "amx",
    "amx_bf16": "amxbf16",
    "amx_fp16": "amxfp16",
    # Linux, ARM
    "asimdhp": "fp16",
    "asimddp": "dotprod",
    "i8mm": "i8mm",
    "bf16": "bf16",
    "sve": "sve",
    "sve2": "sve2",
    "sme": "sme",
    # macOS
    "hw.optional.avx2_0": "avx2",
    "hw.optional.avx512f": "avx512",
    "hw.optional.avx512vnni": "vnni",
    "hw.optional.arm.feat_fp16": "fp16",
    "hw.optional.arm.feat_dotprod": "dotprod",
    "hw.optional.arm.feat_i8mm": "i8mm",
    "hw.optional.arm.feat_bf16": "bf16",
    "hw.optional.arm.feat_sme": "sme",
}
"""What multiplies or narrows numbers, as a system spells it -> as we do."""
_MAC_NAMES = (
    "machdep.cpu.brand_string",
    *(f"machdep.cpu.{part}" for part in ("family", "model", "stepping")),
    *("hw.cpufamily", "hw.cpusubfamily"),
    *(
        f"hw.optional.{name}"
        for name in (
            *("avx2_0", "avx512f", "avx512vnni"),
            *(f"arm.FEAT_{feature}" for feature in ("FP16", "DotProd", "I8MM", "BF16", "SME")),
        )
    ),
)
_WINDOWS = {40: "avx2", 41: "avx512", 43: "dotprod"}
"""Of `IsProcessorFeaturePresent`, in winnt.h."""
_ARM_MAKERS = {
    "0x41": "Arm",
    "0x46": "Fujitsu",
    "0x48": "HiSilicon",
    "0x4e": "NVIDIA",
    "0x51": "Qualcomm",
    "0x61": "Apple",
    "0x6d": "Microsoft",
    "0xc0": "Ampere",
}
"""Of "CPU implementer", in the architecture's manual on MIDR_EL1."""


@dataclass(frozen=True)
class Cpu:
    """What is not known is empty."""

    name: str
    """As its maker says it."""
    model: str = ""
    """Which of those of this name: `6.207.2` is family, model and stepping, `r1p2` variant and revision on ARM."""
    features: tuple[str, ...] = ()
    """What kernels can use, sorted."""


@lru_cache
def cpu() -> Cpu:
    """That of this computer."""
    found = Cpu("")
    if CPUINFO.is_file():
        found = from_cpuinfo(CPUINFO.read_text(errors="replace"))
    elif sys.platform == "darwin":
        found = from_sysctl(_sysctl())
    elif sys.platform == "win32":
        found = _from_registry()
    return (
        found if found.name else Cpu(platform.processor() or platform.machine(), found.model, found.features)
    )


def from_cpuinfo(text: str) -> Cpu:
    """Of Linux's /proc/cpuinfo; where cores differ, as on some ARM, of all of them."""
    cores = [dict(_fields(block)) for block in text.split("\n\n") if block.strip()]
    first: Mapping[str, str] = cores[0] if cores else {}
    words = {word for core in cores for word in f"{core.get('flags', '')} {core.get('Features', '')}".split()}
    if "CPU part" in first:
        parts = dict.fromkeys((core.get("CPU implementer", ""), core.get("CPU part", "")) for core in cores)
        name = first.get("model name") or "+".join(
            f"{_ARM_MAKERS.get(maker, maker)} {part}" for maker, part in parts if part
        )
        variant, revision = first.get("CPU variant", "0x0"), first.get("CPU revision", "0")
        return Cpu(name, f"r{int(variant, 16)}p{revision}", _features(words))
    name = first.get("model name") or first.get("cpu") or first.get("uarch") or ""
    return Cpu(name, _joined(first, ("cpu family", "model", "stepping")), _features(words))


def from_sysctl(text: str) -> Cpu:
    """Of macOS's `sysctl NAME ...`: lines of `name: value`, without what it does not know."""
    fields = dict(_fields(text))
    has = {name.lower() for name, value in fields.items() if value == "1"}
    model = _joined(fields, [f"machdep.cpu.{part}" for part in ("family", "model", "stepping")])
    # Apple's own have no family, model and stepping, but a number each.
    model = model or _joined(fields, ("hw.cpufamily", "hw.cpusubfamily"))
    return Cpu(fields.get("machdep.cpu.brand_string", ""), model, _features(has))


def from_identifier(name: str, identifier: str, features: Iterable[str] = ()) -> Cpu:
    """Of Windows' registry: `Intel64 Family 6 Model 85 Stepping 7`."""
    said = dict(pairwise(identifier.split()))
    numbers = [said[word] for word in ("Family", "Model", "Stepping") if word in said]
    return Cpu(name.strip(), ".".join(numbers), tuple(sorted(features)))


def _fields(text: str) -> Iterable[tuple[str, str]]:
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if colon:
            yield name.strip(), value.strip()


def _joined(fields: Mapping[str, str], names: Iterable[str]) -> str:
    return ".".join(fields[name] for name in names if fields.get(name))


def _features(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({FEATURES[word] for word in words if word in FEATURES}))


def _sysctl() -> str:
    """What it says; names that this computer does not have are complaints on stderr."""
    try:
        return subprocess.run(
            ["/usr/sbin/sysctl", *_MAC_NAMES], capture_output=True, text=True, timeout=10, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""


def _from_registry() -> Cpu:
    if sys.platform != "win32":
        return Cpu("")
    import ctypes
    import winreg

    try:
        with winreg.OpenKey(
            winreg.HKEY_LOCAL_MACHINE, r"HARDWARE\DESCRIPTION\System\CentralProcessor\0"
        ) as key:
            name, identifier = (
                str(winreg.QueryValueEx(key, value)[0]) for value in ("ProcessorNameString", "Identifier")
            )
    except OSError:
        name = identifier = ""
    has = ctypes.windll.kernel32.IsProcessorFeaturePresent
    return from_identifier(name, identifier, [feature for number, feature in _WINDOWS.items() if has(number)])
