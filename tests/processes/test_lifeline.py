"""What a process leaves behind becomes its parent's, and ends with it."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux hands orphans on")

ORPHANS = """
import os, sys, time
from pytest_vidcompress.processes.lifeline import adopt_orphans, children, end_children

def fork(what):
    pid = os.fork()
    if pid == 0:
        what()
        os._exit(0)
    return pid

def sleep():
    time.sleep(600)

def leave():
    for _ in range(2):
        print(fork(sleep), flush=True)

assert children() == frozenset()
adopt_orphans()
mine = fork(sleep)
child = fork(leave)
os.waitpid(child, 0)
left = children() - {mine}
assert len(left) == 2, left
end_children(but=frozenset({mine}))
assert children() == {mine}
for pid in left:
    try:
        os.kill(pid, 0)
        print("alive")
    except ProcessLookupError:
        pass
end_children()
assert children() == frozenset()
"""


def test_orphans_are_adopted_and_ended() -> None:
    done = subprocess.run([sys.executable, "-c", ORPHANS], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "alive" not in done.stdout
    assert len(done.stdout.split()) == 2


LATE = """
import os, sys, time
from pytest_vidcompress.processes.lifeline import die_with_parent
die_with_parent(os.getppid() + 1)
time.sleep(600)
"""


def test_a_parent_that_has_ended_already_is_no_parent() -> None:
    done = subprocess.run([sys.executable, "-c", LATE], timeout=60)
    assert done.returncode == -15
