from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.processes.file_lock import locked

COUNT = """
import sys
from pathlib import Path
from pytest_vidcompress.processes.file_lock import locked
lock, count = map(Path, sys.argv[1:])
for _ in range(100):
    with locked(lock, "the count"):
        count.write_text(str(int(count.read_text()) + 1))
"""


def test_of_several_processes_one_is_inside_at_a_time_through_links_too(tmp_path: Path) -> None:
    count = tmp_path / "count"
    count.write_text("0")
    (tmp_path / "linked").symlink_to(tmp_path)
    locks = (tmp_path / "lock", tmp_path / "linked" / "lock", tmp_path / "lock")
    running = [subprocess.Popen([sys.executable, "-c", COUNT, str(lock), str(count)]) for lock in locks]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    assert count.read_text() == "300"


def test_whoever_waits_too_long_is_told_for_what(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    failures: list[str] = []

    def wait() -> None:
        try:
            with locked(lock, "baseline x.json", patience_s=0.05):
                failures.append("inside")
        except VidcompressError as error:
            failures.append(str(error))

    with locked(lock, "baseline x.json"):
        other = threading.Thread(target=wait)
        other.start()
        other.join()
    assert len(failures) == 1
    assert failures[0].startswith("baseline x.json is in use by another run")
    assert str(lock) in failures[0]
    wait()
    assert failures[1:] == ["inside"]


def test_a_file_that_was_left_by_a_killed_process_locks_nobody_out(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text("")
    with locked(tmp_path / "lock", "it", patience_s=0):
        inside = True
    assert inside


@pytest.mark.parametrize("what", ["link", "folder", "no folder"])
def test_what_cannot_be_a_lock_is_a_line(tmp_path: Path, what: str) -> None:
    lock, victim = tmp_path / "lock", tmp_path / "victim"
    victim.write_text("content")
    if what == "link":
        lock.symlink_to(victim)
    elif what == "folder":
        lock.mkdir()
    else:
        lock = tmp_path / "absent" / "lock"
    with pytest.raises(VidcompressError, match="it cannot be locked") as raised, locked(lock, "it", 0.1):
        pass
    assert "\n" not in str(raised.value)
    assert victim.read_text() == "content"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may open anything")
def test_somebody_else_s_lock_is_a_line(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text("")
    (tmp_path / "lock").chmod(0)
    with (
        pytest.raises(VidcompressError, match="it cannot be locked"),
        locked(tmp_path / "lock", "it", patience_s=0.1),
    ):
        pass
