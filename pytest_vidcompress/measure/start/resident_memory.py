"""Memory of this process that lies in the machine's, as the system counts it. Linux alone says it."""

from __future__ import annotations

from pathlib import Path

_STATUS = Path("/proc/self/status")
_NOW, _PEAK = "VmRSS", "VmHWM"


def resident_bytes() -> int | None:
    """What is resident now; None where the system does not say."""
    return _said(_NOW)


def peak_resident_bytes() -> int | None:
    """The most that was resident since this process was forked or started; None likewise."""
    return _said(_PEAK)


def _said(name: str) -> int | None:
    try:
        lines = _STATUS.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None
    fields = dict(line.split(":", 1) for line in lines if ":" in line)
    number, _, unit = fields.get(name, "").strip().partition(" ")
    return 1024 * int(number) if unit == "kB" and number.isdecimal() else None
