"""A process that works for another one imports what that one would, and nothing of it stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from textwrap import dedent

import pytest

from pytest_vidcompress.processes.child_process import (
    answered,
    end,
    first_written,
    has_ended,
    how_ended,
    start,
)
from tests.clips.crops.processes import gone, needs_proc

SHADOWS = ("copy", "json", "types", "random", "tempfile", "pickle", "subprocess", "enum", "ctypes", "signal")


def module(folder: Path, text: str, name: str = "helping") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.py").write_text(dedent(text))
    return folder


def run(paths: Sequence[Path | str], *arguments: str, **options: object) -> subprocess.Popen[bytes]:
    return start(
        "helping",
        *arguments,
        paths=map(str, paths),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **options,
    )


def said(process: subprocess.Popen[bytes]) -> tuple[int, str, str]:
    out, errors = process.communicate(timeout=60)
    return process.wait(), out.decode(), errors.decode()


def test_main_runs_with_its_arguments_and_its_result_is_the_status(tmp_path: Path) -> None:
    code = """
        import sys
        print("printed while it is loaded")
        def main():
            print(*sys.argv)
            return 3
        """
    assert said(run([module(tmp_path, code)], "a b", "c")) == (
        3,
        "helping a b c\n",
        "printed while it is loaded\n",
    )


def test_files_of_ours_do_not_stand_in_for_a_library(tmp_path: Path) -> None:
    for name in SHADOWS:
        module(tmp_path, f"raise RuntimeError('{name} of somebody')", name)
    code = f"""
        import {", ".join(SHADOWS)}, decimal
        def main():
            assert sys.path[0] == {str(tmp_path)!r}
            print("fine")
        import sys
        """
    status, out, errors = said(run([module(tmp_path, code)], cwd=tmp_path))
    assert (status, out) == (0, "fine\n"), errors


def test_afterwards_it_finds_what_its_parent_would(tmp_path: Path) -> None:
    first, second = module(tmp_path / "first", "HERE = 1", "colorsys"), tmp_path / "second"
    code = """
        def main():
            import colorsys
            print(colorsys.HERE)
        """
    assert said(run([first, module(second, code)]))[:2] == (0, "1\n")


def test_paths_are_those_of_this_process_wherever_it_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module(tmp_path / "here", "def main(): print('found')")
    (tmp_path / "there").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert said(run([""], cwd=tmp_path / "there"))[:2] == (0, "found\n")


WAITS = """
    import subprocess, sys, time
    def main():
        own = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        print(own.pid, flush=True)
        time.sleep(600)
    """


@needs_proc
def test_ending_it_ends_what_it_started(tmp_path: Path) -> None:
    process = run([module(tmp_path, WAITS)])
    assert process.stdout is not None
    own = int(process.stdout.readline())
    assert not has_ended(process)
    assert end(process) == -signal.SIGKILL
    assert has_ended(process)
    assert gone([process.pid, own], patience_s=5)
    assert end(process) == -signal.SIGKILL, "again, nobody else's process is meant"


@needs_proc
def test_what_a_dead_one_left_is_ended_too(tmp_path: Path) -> None:
    process = run([module(tmp_path, WAITS.replace("time.sleep(600)\n", "raise SystemExit(4)\n"))])
    assert process.stdout is not None
    own = int(process.stdout.readline())
    until = time.monotonic() + 20
    while not has_ended(process) and time.monotonic() < until:
        time.sleep(0.01)
    assert not gone([own], patience_s=0.1)
    assert end(process) == 4
    assert gone([own], patience_s=5)


def test_it_may_go_on_for_a_while(tmp_path: Path) -> None:
    code = """
        import time
        def main():
            time.sleep(0.2)
            raise SystemExit(5)
        """
    process = run([module(tmp_path, code)])
    assert end(process, patience_s=60) == 5


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")
def test_it_ends_with_its_parent_however_that_ends(tmp_path: Path) -> None:
    module(tmp_path, WAITS)
    parent = f"""
import subprocess, sys
from pytest_vidcompress.processes.child_process import start
child = start("helping", paths=[{str(tmp_path)!r}], stdout=subprocess.PIPE)
print(child.pid, flush=True)
print(child.stdout.readline().decode(), end="", flush=True)
child.wait()
"""
    process = subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE)
    assert process.stdout is not None
    child = int(process.stdout.readline())
    own = int(process.stdout.readline())
    process.kill()
    process.wait()
    assert gone([child], patience_s=5)
    os.kill(own, signal.SIGKILL)  # killed at once, it could not end what it had started


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="this system does not tell when a process ends")
def test_an_end_is_seen_though_a_stream_stays_open(tmp_path: Path) -> None:
    code = """
        import os, subprocess, sys
        def main():
            subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], stdout=1)
            os._exit(7)
        """
    process = run([module(tmp_path, code)])
    assert process.stdout is not None
    assert answered(process.stdout, process.pid, 60)
    assert first_written(process.stdout) == b""
    assert end(process) == 7


def test_an_answer_is_waited_for_so_long_and_no_longer(tmp_path: Path) -> None:
    code = """
        import sys
        def main():
            print("an answer", flush=True)
            sys.stdin.readline()
        """
    process = run([module(tmp_path, code)], stdin=subprocess.PIPE)
    assert process.stdout is not None
    assert answered(process.stdout, process.pid, 60)
    assert first_written(process.stdout) == b"an answer\n"
    assert not answered(process.stdout, process.pid, 0.05)
    end(process)


@pytest.mark.parametrize(
    ("status", "errors", "words"),
    [
        (0, "", "ended with status 0"),
        (3, "", "ended with status 3"),
        (-9, "", "was killed by SIGKILL"),
        (-11, "line\n\n  last words \n\n", "was killed by SIGSEGV (last words)"),
        (-60, "", "was killed by signal 60"),
        (1, "Traceback\nImportError: no\n", "ended with status 1 (ImportError: no)"),
    ],
)
def test_how_it_ended_is_said_in_words(status: int, errors: str, words: str) -> None:
    assert how_ended(status, errors) == words
