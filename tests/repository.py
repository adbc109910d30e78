"""A user's project in a git repository of its own."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.project import Project


class Repository(Project):
    """A folder with a user's tests, under git."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        if not (folder / ".git").exists():
            self._git("init", "--quiet", "--initial-branch=main")
            (folder / ".gitignore").write_text(".output\n__pycache__/\n")

    def copy(self, folder: Path) -> Repository:
        return Repository(super().copy(folder).folder)

    def commit(self, message: str) -> Repository:
        """Commits everything that is there."""
        self._git("add", "--all")
        self._git("commit", "--quiet", "--allow-empty", f"--message={message}")
        return self

    @property
    def worktrees(self) -> list[str]:
        """A line each, the repository itself first."""
        return self._git("worktree", "list").splitlines()

    def write(self, **modules: str) -> Repository:
        super().write(**modules)
        return self

    def _git(self, *arguments: str) -> str:
        who = {f"GIT_{role}_{what}": "test" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        return subprocess.run(
            ["git", "-C", str(self.folder), *arguments],
            env={**os.environ, **who, "GIT_CONFIG_GLOBAL": os.devnull},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
