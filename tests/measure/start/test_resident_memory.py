from __future__ import annotations

from pathlib import Path

import pytest

from pytest_vidcompress.measure.start import resident_memory
from pytest_vidcompress.measure.start.resident_memory import peak_resident_bytes, resident_bytes

STATUS = "Name:\tpython\nVmPeak:\t  999 kB\nVmHWM:\t  250 kB\nVmRSS:\t  125 kB\n"


def test_the_system_s_figures_are_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    status = tmp_path / "status"
    status.write_text(STATUS)
    monkeypatch.setattr(resident_memory, "_STATUS", status)
    assert (resident_bytes(), peak_resident_bytes()) == (125 * 1024, 250 * 1024)


@pytest.mark.parametrize("text", [None, "", "VmRSS: many kB\nVmHWM: 3 pages\n"])
def test_where_it_does_not_say_nothing_is_known(
    text: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    status = tmp_path / "status"
    if text is not None:
        status.write_text(text)
    monkeypatch.setattr(resident_memory, "_STATUS", status)
    assert (resident_bytes(), peak_resident_bytes()) == (None, None)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux says it")
def test_this_process_holds_what_it_fills() -> None:
    before = resident_bytes()
    held = bytearray(b"x") * (64 << 20)
    now = resident_bytes()
    assert before is not None
    assert now is not None
    assert now - before > 0.9 * len(held)
    assert (peak_resident_bytes() or 0) >= now
