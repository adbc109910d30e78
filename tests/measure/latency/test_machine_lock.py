"""One run times at a time; a lock that cannot be had is said, and holds nobody up for ever."""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from tempfile import gettempdir

import pytest

from pytest_vidcompress.measure.latency.machine_lock import machine_to_ourselves
from tests.forked import script, started

TURN = """
import sys, time
from pathlib import Path
from pytest_vidcompress.measure.latency.machine_lock import machine_to_ourselves
log = Path(sys.argv[1])
def note(text):
    with log.open("a") as file:
        file.write(text)
for _ in range(3):
    with machine_to_ourselves():
        note("(")
        time.sleep(0.05)
        note(")")
"""


def test_two_processes_take_turns(tmp_path: Path) -> None:
    log = tmp_path / "log"
    both = [started(script, TURN, str(log), folder=tmp_path, output=tmp_path / "said") for _ in range(2)]
    for process in both:
        process.join(60)
    assert [process.exitcode for process in both] == [0, 0]
    assert log.read_text() == "()" * 6


def folder() -> Path:
    return Path(gettempdir()) / f"pytest-vidcompress-{os.getuid()}"


def test_its_folder_is_the_user_s_alone() -> None:
    with machine_to_ourselves():
        assert [path.name for path in folder().iterdir()] == ["timing.lock"]
    assert folder().stat().st_mode & 0o777 == 0o700


IMPATIENT = """
import sys, warnings
from pytest_vidcompress.measure.latency import machine_lock
machine_lock.PATIENCE_S = 0.1
warnings.simplefilter(sys.argv[1])
asked = []
with machine_lock.machine_to_ourselves(lambda *said: asked.append(said)):
    print(len(asked), asked[0][0])
"""


def test_whoever_waits_too_long_is_told_and_goes_on(tmp_path: Path) -> None:
    out, err = tmp_path / "stdout", tmp_path / "stderr"
    with machine_to_ourselves():
        started(script, IMPATIENT, "always", folder=tmp_path, output=out, errors=err).join()
    warned = "UserWarning: timing beside other runs: the clock is in use by another run, for 0 s now"
    assert warned in err.read_text()
    looks, said = out.read_text().strip().split(" ", 1)
    assert int(looks) > 1
    assert said == "waiting for another run that is timing"


def as_a_file(path: Path) -> None:
    path.write_text("")


def as_a_link(path: Path) -> None:
    (path.parent / "elsewhere").mkdir()
    path.symlink_to(path.parent / "elsewhere")


def as_everybody_s(path: Path) -> None:
    path.mkdir()
    path.chmod(0o777)


def with_a_folder_for_a_lock(path: Path) -> None:
    path.mkdir(mode=0o700)
    (path / "timing.lock").mkdir()


def with_a_link_for_a_lock(path: Path) -> None:
    path.mkdir(mode=0o700)
    (path.parent / "victim").write_text("content")
    (path / "timing.lock").symlink_to(path.parent / "victim")


@pytest.mark.skipif(os.name != "posix", reason="folders for temporary files are a user's own there")
@pytest.mark.parametrize(
    "hostile", [as_a_file, as_a_link, as_everybody_s, with_a_folder_for_a_lock, with_a_link_for_a_lock]
)
def test_something_else_in_its_place_is_one_warning(hostile: Callable[[Path], None]) -> None:
    hostile(folder())
    before = sorted(str(path) for path in folder().parent.rglob("*"))
    started = time.monotonic()
    with pytest.warns(UserWarning, match="^timing beside other runs: .*") as warned, machine_to_ourselves():
        pass
    assert len(warned) == 1
    assert time.monotonic() - started < 5
    assert sorted(str(path) for path in folder().parent.rglob("*")) == before
    victim = folder().parent / "victim"
    assert not victim.exists() or victim.read_text() == "content"


def test_nothing_is_warned_of_where_nothing_is_wrong() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with machine_to_ourselves():
            pass
