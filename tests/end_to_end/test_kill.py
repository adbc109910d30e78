"""A run that is killed while it times leaves no process behind, and no baseline half written."""

import os
import sys
import time
from pathlib import Path

import pytest

from tests.project import SMALL, started_pytest

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux ends a process with its parent, and lists them under /proc"
)

UNDECIDED = """
    import pytest

    @pytest.mark.vc_budget(latency_ratio=1.0)
    def test_undecided(vc_model, vc_measure, vc_baseline):
        vc_baseline.check(vc_measure(vc_model.module))
    """
"""Exactly at its limit: nothing decides that early."""
PATIENCE_S = 120


@pytest.mark.parametrize("mode", [pytest.param(mode, marks=pytest.mark.slow) for mode in ("check", "create")])
def test_kill_while_timing_in_fresh_processes(project, mode):
    project.write(test_undecided=UNDECIDED)
    kept = project.folder / "baselines" / "pocket" / "kept.json"
    kept.parent.mkdir(parents=True)
    kept.write_text('{"schema": 1, "variants": {}}')
    before = contents(project.folder / "baselines")
    log = project.folder / "log"
    run = started_pytest(project.folder, str(log), *SMALL, "--vc-confirm=60", f"--vc-baseline={mode}")
    try:
        family = timing(run, log)
        run.kill()
        run.join()
        until(lambda: not any(map(alive, family)), 10)
    finally:
        run.kill()
        run.join()
    assert contents(project.folder / "baselines") == before


def timing(run, log):
    """Waits until the run has a server and the server a child, and returns both."""
    found = []

    def both():
        assert run.is_alive(), log.read_text()
        servers = [pid for pid in children(run.pid) if "latency.fork_server" in command(pid)]
        found[:] = servers + [child for server in servers for child in children(server)]
        return len(found) >= 2

    until(both, PATIENCE_S)
    return found


def until(done, patience_s):
    end = time.monotonic() + patience_s
    while not done():
        assert time.monotonic() < end, f"still waiting after {patience_s} s"
        time.sleep(0.01)


def children(parent):
    stats = (stat(path.name) for path in Path("/proc").glob("[0-9]*"))
    return [pid for pid, _, ppid in filter(None, stats) if ppid == parent]


def alive(pid):
    """A dead one that nobody has waited for yet is dead."""
    found = stat(pid)
    return found is not None and found[1] not in "ZX" and "latency.fork_server" in command(pid)


def stat(pid):
    """Its id, state and parent; None when there is no such process."""
    try:
        line = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    state, parent = line.rpartition(")")[2].split()[:2]
    return int(pid), state, int(parent)


def command(pid):
    try:
        return os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes())
    except OSError:
        return ""


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
