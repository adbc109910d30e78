"""The processes that another one started, as Linux tells of them."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")


def children(pid: int) -> list[int]:
    """Pids of those that run, zombies left out."""
    found: list[int] = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        fields = _fields(int(path.parent.name))
        if fields and int(fields[1]) == pid and fields[0] != "Z":
            found.append(int(path.parent.name))
    return sorted(found)


def cpu_ticks(pid: int) -> int:
    """Processor time that a process has taken so far."""
    fields = _fields(pid)
    return int(fields[11]) + int(fields[12])


def gone(pids: list[int], patience_s: float = 20) -> bool:
    """All of them end, if not at once."""
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        if all(_fields(pid)[:1] in ([], ["Z"]) for pid in pids):
            return True
        time.sleep(0.01)
    return False


def _fields(pid: int) -> list[str]:
    """From the state on; the name before it may hold blanks."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
