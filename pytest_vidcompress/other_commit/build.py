"""`--vc-against`: the same tests as another commit has them, and the worker that runs what they measure.

A worktree of the commit goes into a temporary folder, and one pytest runs there, with that commit's code, and
exports what each test would measure. Both are gone when the session ends; a killed one leaves a folder under the
system's temporary folder, and an entry that `git worktree prune` drops once that is gone. Every process of xdist
builds its own.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import VidcompressError
from ..processes.child_process import end, how_ended, start, wait
from .arms import PATHS, WANTED, arms_file, failure_file
from .git import Commit, add_worktree, is_tracked, outside_hooks, remove_worktree
from .installed_copies import copies

if TYPE_CHECKING:
    from types import ModuleType

    from ..measure.accuracy.predict import Progress
    from ..measure.latency.fresh_process import ForkServer

LOOK_S = 0.5
"""Between two looks at how far the run in the worktree is."""
LAST_LINES = 3
"""Of a run that failed, in the message."""


@dataclass(frozen=True)
class Wanted:
    """The run of the other commit: the same as this one."""

    root: Path
    """pytest's root folder, to which node ids are relative; in the repository."""
    folder: Path
    """Where pytest was started."""
    arguments: tuple[str, ...]
    """The options that decide what is measured."""
    nodeids: tuple[str, ...]
    needs: tuple[Path, ...] = ()
    """What the options name relative to `folder`, such as a checkpoint; lent where that commit has none."""


class OtherBuild:
    """What tests measure as another commit builds it: built at the first question, once; `close` it."""

    def __init__(self, commit: Commit, wanted: Wanted, progress: Progress | None = None) -> None:
        self._commit = commit
        self._wanted = wanted
        self._progress = progress
        self._temporary: Path | None = None
        self._failure = ""

    @property
    def name(self) -> str:
        """The commit as it was typed, with its hash."""
        return self._commit.name

    def arms(self, nodeid: str) -> Path | None:
        """The file with what this test measures there, for `worker`; None where it measures nothing there.

        Raises:
            VidcompressError: the commit cannot be built, or this test fails there.
        """
        exported = self._built / "exported"
        if arms_file(exported, nodeid).is_file():
            return arms_file(exported, nodeid)
        for what in (nodeid, nodeid.partition("::")[0]):
            failure = failure_file(exported, what)
            if failure.is_file():
                raise VidcompressError(f"this test fails in {self.name}: {failure.read_text()}")
        return None

    def worker(self) -> ForkServer:
        """A process that imports that commit's code, as its tests did."""
        from ..measure.latency.fresh_process import ForkServer

        paths = self._built / "exported" / PATHS
        return ForkServer(self._there(self._wanted.folder), json.loads(paths.read_text()))

    def close(self) -> None:
        """Removes the worktree and what was exported."""
        if self._temporary is not None:
            remove_worktree(self._commit.repository, self._tree)
            shutil.rmtree(self._temporary, ignore_errors=True)
            self._temporary = None
            self._failure = "the session is over"

    @property
    def _built(self) -> Path:
        """The folder with everything, filled. What failed once is not tried again for every test."""
        if self._failure:
            raise VidcompressError(self._failure)
        if self._temporary is None:
            self._temporary = Path(tempfile.mkdtemp(prefix="vidcompress-")).resolve()
            try:
                add_worktree(self._commit, self._tree)
                self._export(self._temporary / "exported")
            except VidcompressError as error:
                self._failure = str(error)
                raise
        return self._temporary

    @property
    def _tree(self) -> Path:
        assert self._temporary is not None
        # git names its notes of a worktree by the last folder.
        return self._temporary / self._temporary.name

    def _there(self, folder: Path) -> Path:
        """A folder of the repository in the worktree; the root of the tests for any other."""
        for each in (folder, self._wanted.root):
            if each.resolve().is_relative_to(self._commit.repository):
                there = self._tree / each.resolve().relative_to(self._commit.repository)
                if there.is_dir():
                    return there
        return self._tree

    def _export(self, exported: Path) -> None:
        exported.mkdir()
        root, folder = self._there(self._wanted.root), self._there(self._wanted.folder)
        files = dict.fromkeys(root / nodeid.partition("::")[0] for nodeid in self._wanted.nodeids)
        there = [str(file) for file in files if file.is_file()]
        if not there:
            return
        (exported / WANTED).write_text(json.dumps(self._wanted.nodeids))
        _lend(self._wanted.needs, self._wanted.folder, folder)
        options = [
            *there,
            *self._wanted.arguments,
            *(f"--vc-export={exported}", f"--vc-baselines={exported / 'baselines'}", "--vc-baseline=check"),
            # Whatever that commit's ini says, one test that fails stops no other.
            *("--continue-on-collection-errors", "--maxfail=0"),
            *(f"--rootdir={root}", "--color=no"),
        ]
        repository, tree = self._commit.repository, self._tree
        paths = mapped(
            [*sys.path, *imported_from(repository, sys.modules)],
            repository,
            tree,
            lambda path: is_tracked(repository, path),
        )
        self._refuse_copies([folder, *map(Path, paths)])
        status, said = self._run(options, folder, paths, exported)
        # 0, 1 and 5: passed, failed, none collected. The tests' files tell which; else none was run.
        if status not in (0, 1, 5):
            how = f"exit code {status}" if status > 0 else how_ended(status)
            raise VidcompressError(f"the tests of {self.name} do not run ({how}): {said}")

    def _refuse_copies(self, paths: Sequence[Path]) -> None:
        """What both commits would import from the same place would be compared with itself."""
        ours = [path for path in paths if path.is_relative_to(self._tree)]
        for copy in copies(self._commit.repository, sys.path):
            if not any(
                (path / name).is_dir() or (path / f"{name}.py").is_file()
                for path in ours
                for name in copy.modules
            ):
                raise VidcompressError(
                    f"{copy.name} is installed as a copy of {copy.source}, which {self.name} would run too;"
                    " install it with pip install --editable"
                )

    def _run(
        self, arguments: Sequence[str], folder: Path, paths: Iterable[str], exported: Path
    ) -> tuple[int, str]:
        """Exit code and last lines of pytest, which ends with this process."""
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("PYTEST_XDIST")
        }
        log, total = exported / "log", len(self._wanted.nodeids)
        with log.open("wb") as output:
            process = start(
                "pytest",
                *arguments,
                paths=paths,
                environment=outside_hooks(environment),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            try:
                while not wait(process, LOOK_S):
                    self._show(len([*exported.glob("*.arms")]), total)
            finally:
                status = end(process)
                self._show(total, total)
        lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
        return status, " | ".join(lines[-LAST_LINES:])

    def _show(self, done: int, total: int) -> None:
        if self._progress:
            self._progress(f"building {self.name}", done, total)


def mapped(paths: Iterable[str], repository: Path, tree: Path, is_ours: Callable[[Path], bool]) -> list[str]:
    """What `sys.path` is to a run in the worktree: the repository's own entries, moved there, before the others.

    Args:
        is_ours: is this path of the repository part of what it tracks? A virtual environment is not.
    """
    ours: list[str] = []
    others: list[str] = []
    for each in paths:
        path = Path(each or ".").resolve()
        there = tree / path.relative_to(repository) if path.is_relative_to(repository) else None
        # A folder that this commit has added is the repository's, too: it must not be found where it is now.
        if there is not None and (there.exists() or is_ours(path)):
            ours.append(str(there))
        else:
            others.append(each or str(path))
    return list(dict.fromkeys([*ours, *others]))


def imported_from(repository: Path, modules: Mapping[str, ModuleType]) -> list[str]:
    """Folders of the repository that top-level modules came from: some editable installs leave `sys.path` alone."""
    folders: dict[str, None] = {}
    for name, module in [*modules.items()]:
        file = getattr(module, "__file__", None)
        if "." in name or not isinstance(file, str):
            continue
        path = Path(file).resolve()
        folder = path.parent.parent if path.stem == "__init__" else path.parent
        if folder.is_relative_to(repository):
            folders[str(folder)] = None
    return [*folders]


def _lend(needs: Iterable[Path], here: Path, there: Path) -> None:
    """What git does not track, such as a checkpoint, is found where the options say it is."""
    for path in needs:
        link = there / path
        lent = not path.is_absolute() and ".." not in path.parts and (here / path).exists()
        if lent and not link.exists():
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to((here / path).resolve())
