"""A user's project in a folder, and pytest runs in it: each in a process of its own, as a user starts it.

The processes are `forked`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from textwrap import dedent

import pytest

from tests.forked import started

WORKERS = [pytest.param((), id="alone"), pytest.param(("-n2",), id="xdist", marks=pytest.mark.slow)]
"""Without pytest-xdist and with it, where what is tested has nothing to do with it; `test_xdist` is what has."""
SMALL = ("--vc-model=videomae", "--vc-sample=16", "--vc-threads=1", "-pno:cacheprovider")


@dataclass(frozen=True)
class Run:
    """How a run of pytest ended."""

    ret: int
    out: str
    """stdout and stderr."""

    def says(self, pattern: str) -> bool:
        return re.search(pattern, self.out) is not None

    @property
    def errors(self) -> list[str]:
        """The lines that tell of a usage error."""
        return [line for line in self.out.splitlines() if line.startswith("ERROR: ")]

    @property
    def failures(self) -> set[str]:
        """The metrics that failed."""
        return set(re.findall(r"(?m)^E? +(\w+)(?: \(budget\))? failed: ", self.out))

    def refused(self, pattern: str) -> bool:
        """Exit code 4, one line that fits `pattern`, and no traceback."""
        one = len(self.errors) == 1 and re.search(pattern, self.errors[0])
        assert self.ret == pytest.ExitCode.USAGE_ERROR, self.out
        assert one, self.out
        assert "Traceback" not in self.out
        assert "INTERNALERROR" not in self.out
        return True

    def passed(self, number: int) -> bool:
        assert self.ret == 0, self.out
        assert self.says(rf"\b{number} passed"), self.out
        return True

    def failed(self, *metrics: str) -> bool:
        """Exit code 1, and exactly these metrics failed."""
        assert self.ret == pytest.ExitCode.TESTS_FAILED, self.out
        assert self.failures == set(metrics), self.out
        return True


class Project:
    """A folder with a user's tests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, **modules: str) -> Project:
        """Writes Python files by name; `pyproject` is the TOML one."""
        for name, text in modules.items():
            path = self.folder / ("pyproject.toml" if name == "pyproject" else f"{name}.py")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text).lstrip())
        return self

    def copy(self, folder: Path) -> Project:
        return Project(Path(shutil.copytree(self.folder, folder)))

    def run(self, *options: str, small: bool = True) -> Run:
        """`pytest *options`, with a small sample of one model unless `small` is False."""
        return run_pytest(self.folder, *(SMALL if small else ()), *options)

    def json(self, pattern: str) -> dict:
        """The one file that fits."""
        (path,) = self.folder.glob(pattern)
        return json.loads(path.read_text())

    def measurements(self, name: str) -> list[dict]:
        """Of a run file."""
        return self.json(name)["measurements"]

    @property
    def baseline(self) -> dict:
        """The entries of what no machine changes, by variant."""
        return self.json("baselines/*/videomae.json")["variants"]

    @property
    def timings(self) -> dict:
        return self.json("baselines/*/videomae.*.json")["variants"]


def run_pytest(folder: Path, *options: str) -> Run:
    log = folder / ".output"
    log.write_bytes(b"")
    process = started_pytest(folder, str(log), *options)
    process.join()
    return Run(process.exitcode, log.read_text())


def started_pytest(folder: Path, output: str, *options: str, **variables: str) -> BaseProcess:
    """A process that runs it; `output` is a file or a terminal, which it reads, too."""
    arguments = [
        "--rootdir",
        str(folder),
        "-pno:hypothesispytest",
        "-Wignore::pytest.PytestAssertRewriteWarning",
    ]
    return started(_pytest, *arguments, *options, folder=folder, output=output, **variables)


def _pytest(*arguments: str) -> int:
    return int(pytest.main([*arguments]))


def fresh_pytest(folder: Path, *options: str, python: str = sys.executable, **variables: str) -> Run:
    """As `run_pytest`, in a fresh interpreter that has loaded nothing yet."""
    done = subprocess.run(
        [python, "-m", "pytest", *options],
        cwd=folder,
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return Run(done.returncode, done.stdout)
