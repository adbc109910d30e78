from __future__ import annotations

import subprocess
import sys
import time

import pytest

from pytest_vidcompress.processes import clock


def test_what_a_test_puts_in_the_place_of_the_clock_is_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("perf_counter", "sleep"):
        monkeypatch.setattr(time, name, lambda *_: 1.0)
    before = clock.now_s()
    clock.sleep(0.01)
    assert clock.now_s() - before >= 0.01


def test_it_is_light() -> None:
    heavy = "[m for m in ('torch', 'numpy', 'pytest', 'av') if m in sys.modules]"
    code = f"import sys, pytest_vidcompress.processes.clock; print({heavy})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_run_that_measures_has_it_before_its_first_test() -> None:
    code = "import sys, pytest_vidcompress.run.session; print('pytest_vidcompress.processes.clock' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"
