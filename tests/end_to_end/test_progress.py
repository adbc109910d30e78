"""The bar: seen on a terminal, gone at the end, and no byte of it anywhere else."""

import fcntl
import os
import re
import struct
import termios
import time

import pytest

from pytest_vidcompress.measure.latency.machine_lock import machine_to_ourselves
from pytest_vidcompress.present.terminal.progress.bar import BACK, BELOW, MAKE_ROOM
from tests import forked
from tests.conftest import HOLDS
from tests.project import SMALL, Project, started_pytest

BAR = re.compile(re.escape(BELOW) + "[^\n]*?" + re.escape(BACK))


DRAWN_AT_ONCE = (
    "from pytest_vidcompress.present.terminal.progress import bar, joined\n"
    "bar.Bar.__init__.__defaults__ = (0.0, 0.0)\n"
    "joined.EVERY_S = 0.02\n"
)
STORED = ("--benchmark-disable", "--vc-baseline=create")
pty = pytest.importorskip("pty", reason="pseudo-terminals are for Unix")


def on_a_terminal(project, *options, **environ):
    """What a terminal is sent by a run in `project`, and how the run ended."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    process = started_pytest(
        project.folder, os.ttyname(theirs), *SMALL, *options, **{"TERM": "xterm", **environ}
    )
    seen = forked.shown(process, ours)
    os.close(ours)
    os.close(theirs)
    return seen, process.exitcode


def as_it_stays(shown):
    """What is left of it when bars are wiped; without colours."""
    text = BAR.sub("", shown.decode(errors="replace").replace("\r\n", "\n")).replace(MAKE_ROOM, "")
    return re.sub(r"\x1b\[[\d;]*m", "", text)


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """A project with a baseline, whose bars are drawn at once; its test prints."""
    project = Project(tmp_path_factory.mktemp("quick"))
    project.write(test_holds=HOLDS + "    print('printed by the test')\n", conftest=DRAWN_AT_ONCE)
    assert project.run(*STORED).passed(1)
    return project


@pytest.mark.parametrize(
    ("options", "environ", "line"),
    [
        pytest.param((), {}, r"(?m)^test_holds\.py \. +\[100%\]$", id="as it is"),
        pytest.param(
            ("-q",), {"NO_COLOR": "1"}, r"(?m)^\. +\[100%\]$", id="-q without colours", marks=pytest.mark.slow
        ),
        pytest.param(
            ("-v",),
            {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
            r"(?m)PASSED +\[100%\]$",
            id="-v without blocks",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_on_a_terminal_pytests_own_lines_stay_whole(quick, options, environ, line):
    shown, code = on_a_terminal(quick, "--benchmark-disable", *options, **environ)
    assert code == 0
    bars = [bar for bar in BAR.findall(shown.decode(errors="replace")) if "%|" in bar]
    assert any(re.search(r"test 1 of 1, .*\| \d+/16 \[", bar) for bar in bars), shown
    # A line is never longer than the terminal, behind whose end it would go on below.
    assert all(len(bar) - len(BELOW + BACK) < 80 for bar in bars)
    assert ("█" in "".join(bars)) == ("LC_ALL" not in environ)
    without = as_it_stays(shown)
    assert re.search(line, without), without
    assert "%|" not in without
    assert "\x1b" not in without
    assert "compressed video models" in without
    assert "1 passed" in without


@pytest.mark.parametrize(
    ("options", "environ"),
    [
        pytest.param(("-s",), {}, id="-s"),
        pytest.param((), {"TERM": "dumb"}, id="a dumb terminal", marks=pytest.mark.slow),
    ],
)
def test_where_a_bar_would_run_into_other_lines_there_is_none(quick, options, environ):
    shown, code = on_a_terminal(quick, "--benchmark-disable", *options, **environ)
    assert code == 0
    assert b"%|" not in shown
    assert BELOW.encode() not in shown
    assert (b"printed by the test" in shown) == ("-s" in options)
    assert "1 passed" in as_it_stays(shown)


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(("-n2",), id="as it is", marks=pytest.mark.slow),
        # Of what is written how, one process says as much.
        pytest.param(("-n1", "-q"), id="-q"),
        pytest.param(("-n1", "-v"), id="-v", marks=pytest.mark.slow),
    ],
)
def test_processes_of_xdist_have_one_bar_between_them(quick, options):
    pytest.importorskip("xdist")
    shown, code = on_a_terminal(quick, "--benchmark-disable", *options)
    assert code == 0
    bars = [bar for bar in BAR.findall(shown.decode(errors="replace")) if "%|" in bar]
    assert any(re.search(r"tests.*\| [01]/1 \[", bar) for bar in bars), shown
    without = as_it_stays(shown)
    assert "%|" not in without
    assert not re.search(r"\x1b[D78]|\x1b\[[AB]", without), "bars and what wipes them are gone"
    assert "1 passed" in without


def test_nothing_of_it_elsewhere(quick):
    for color in ("--color=yes", "--color=auto"):
        assert not quick.run("--benchmark-disable", color).says(r"%\||\x1b7|\x1bD")


@pytest.mark.slow
def test_where_no_terminal_shows_it_waiting_is_said_at_once(project, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    project.write(test_holds=HOLDS)
    line = "vidcompress: another run is timing on this machine, and this one waits for it"
    log, until = tmp_path / "log", time.monotonic() + 120
    log.touch()
    with machine_to_ourselves():
        process = started_pytest(project.folder, str(log), *SMALL, "--vc-confirm=0")
        while line not in log.read_text() and process.is_alive() and time.monotonic() < until:
            time.sleep(0.05)
        assert line in log.read_text(), "it is said while it waits"
    process.join()
    assert process.exitcode == 0
    assert log.read_text().count(line) == 1
