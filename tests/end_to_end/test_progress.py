"""The bar: seen on a terminal, gone at the end, and no byte of it anywhere else."""

import os
import re
import subprocess
import sys
import time

import pytest

from pytest_vidcompress.measure.latency.machine_lock import machine_to_ourselves
from pytest_vidcompress.present.terminal.progress import BACK, BELOW, MAKE_ROOM
from tests.conftest import HOLDS
from tests.project import SMALL

BAR = re.compile(re.escape(BELOW) + "[^\n]*?" + re.escape(BACK))


@pytest.mark.skipif(sys.platform == "win32", reason="pty is for Unix")
def test_on_a_terminal_pytests_own_lines_stay_whole(project, tmp_path):
    import pty

    project.write(
        test_holds=HOLDS,
        conftest="from pytest_vidcompress.present.terminal import progress\n"
        "progress.Progress.__init__.__defaults__ = (0.0, 0.0)\n",
    )
    ours, theirs = pty.openpty()
    command = [sys.executable, "-mpytest", *SMALL, "--benchmark-disable", "--vc-baseline=create"]
    process = subprocess.Popen(
        command,
        cwd=project.folder,
        env={**os.environ, "TERM": "xterm"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            chunk = os.read(ours, 4096)
        except OSError:  # Linux' way of saying that the other end is closed
            break
        if not chunk:
            break
        shown += chunk
    os.close(ours)
    assert process.wait() == 0
    text = shown.decode().replace("\r\n", "\n")
    assert "%|" in text
    assert "16" in text
    without = re.sub(r"\x1b\[[\d;]*m", "", BAR.sub("", text).replace(MAKE_ROOM, ""))
    assert re.search(r"(?m)^test_holds\.py \. +\[100%\]$", without), without
    assert "%|" not in without
    assert "\x1b" not in without
    assert "compressed video models" in without
    assert "1 passed" in without


def test_nothing_of_it_elsewhere(stored):
    for color in ("--color=yes", "--color=auto"):
        assert not stored.run("--benchmark-disable", color).says(r"%\||\x1b7|\x1bD")


@pytest.mark.slow
def test_where_no_terminal_shows_it_waiting_is_said_at_once(project, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    project.write(test_holds=HOLDS)
    line = "vidcompress: another run is timing on this machine, and this one waits for it"
    log, until = tmp_path / "log", time.monotonic() + 120
    command = [sys.executable, "-mpytest", *SMALL, "--vc-confirm=0"]
    with log.open("w") as output, machine_to_ourselves():
        process = subprocess.Popen(command, cwd=project.folder, stdout=output, stderr=output)
        while line not in log.read_text() and process.poll() is None and time.monotonic() < until:
            time.sleep(0.05)
        assert line in log.read_text(), "it is said while it waits"
    assert process.wait() == 0
    assert log.read_text().count(line) == 1
