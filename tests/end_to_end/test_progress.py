"""The bar: seen on a terminal, gone at the end, and no byte of it anywhere else."""

import os
import re
import sys

import pytest

from pytest_vidcompress.present.terminal.progress import BACK, BELOW, MAKE_ROOM
from tests.conftest import HOLDS
from tests.project import SMALL

BAR = re.compile(re.escape(BELOW) + "[^\n]*?" + re.escape(BACK))


@pytest.mark.skipif(sys.platform == "win32", reason="pty is for Unix")
def test_on_a_terminal_pytests_own_lines_stay_whole(project, tmp_path):
    import pty
    import subprocess

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
