"""What we ask of git: a commit by what was typed, and a worktree of it."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import VidcompressError

_LOCAL = frozenset(
    {
        *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR"),
        *("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_NAMESPACE"),
    }
)
"""What git tells its hooks about the repository; it would point a worktree's git at the wrong one."""
_SHA = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_NO_HOOKS = ("-c", f"core.hooksPath={os.devnull}")
"""A checkout of ours is nothing that the repository's hooks have to hear of."""


@dataclass(frozen=True)
class Commit:
    """A commit of a repository on this machine."""

    ref: str
    """As typed."""
    sha: str
    repository: Path
    """Its top folder, resolved."""

    @property
    def name(self) -> str:
        short = self.sha[:7]
        return short if self.sha.startswith(self.ref) else f"{self.ref} ({short})"


@dataclass(frozen=True)
class Head:
    """What is checked out."""

    sha: str
    dirty: bool
    """Whether tracked files are other than in that commit."""


def find_head(folder: Path) -> Head | None:
    """What is checked out around `folder`; None where there is no git, no repository, or no commit yet."""
    try:
        found = _git(folder, "HEAD", "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        if found.returncode != 0 or not _SHA.fullmatch(found.stdout.strip()):
            return None
        # Looking takes no lock of the repository: somebody may be committing.
        changes = _git(folder, "HEAD", "--no-optional-locks", "status", "--porcelain", "--untracked-files=no")
    except VidcompressError:
        return None
    return Head(found.stdout.strip(), bool(changes.stdout.strip()))


def find_commit(ref: str, folder: Path) -> Commit:
    """The commit that `ref` names in the repository around `folder`.

    Raises:
        VidcompressError: there is no git, no repository, or no such commit.
    """
    option = f"--vc-against={ref}"
    if "\0" in ref:
        raise VidcompressError(f"{option!r}: no commit has such a name")
    top = _git(folder, option, "rev-parse", "--show-toplevel")
    if top.returncode != 0:
        raise VidcompressError(f"{option}: {folder} is in no git repository that can be read ({_said(top)})")
    found = _git(folder, option, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    # git also takes what is no commit but all that lead to one, such as ^HEAD, and says so in its own way.
    if not ref or found.returncode != 0 or not _SHA.fullmatch(found.stdout.strip()):
        raise VidcompressError(
            f"{option}: the repository in {top.stdout.strip()} has no such commit; fetch it, in CI with the"
            " history (fetch-depth: 0 of actions/checkout)"
        )
    return Commit(ref, found.stdout.strip(), Path(top.stdout.strip()).resolve())


def add_worktree(commit: Commit, tree: Path) -> None:
    """Checks a commit out into a folder of its own, which must not exist."""
    added = _git(
        commit.repository,
        commit.name,
        *_NO_HOOKS,
        *("worktree", "add", "--quiet", "--detach", str(tree), commit.sha),
    )
    if added.returncode != 0:
        raise VidcompressError(f"{commit.name} cannot be checked out into {tree}: {_said(added)}")


def remove_worktree(repository: Path, tree: Path) -> None:
    """Removes a worktree whatever is in it, and git's notes of it."""
    _git(repository, str(tree), "worktree", "remove", "--force", str(tree))


def content_in(commit: Commit, path: Path) -> bytes | None:
    """A file's content in a commit, empty where it is not there; None for what lies outside the repository."""
    real = Path(os.path.realpath(path))
    if not real.is_relative_to(commit.repository):
        return None
    name = real.relative_to(commit.repository).as_posix()
    shown = _git(commit.repository, commit.name, "show", "--end-of-options", f"{commit.sha}:{name}")
    return shown.stdout.encode() if shown.returncode == 0 else b""


def is_tracked(repository: Path, path: Path) -> bool:
    """Does the repository track anything in this folder, or this file?"""
    return bool(_git(repository, str(path), "ls-files", "--", str(path)).stdout)


def outside_hooks(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without what git tells a hook that it runs."""
    return {name: value for name, value in environment.items() if name not in _LOCAL}


def _git(folder: Path, purpose: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            ["git", "-C", str(folder), *arguments],
            env=outside_hooks(os.environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
        )
    except FileNotFoundError:
        raise VidcompressError(f"{purpose}: git is not installed") from None


def _said(done: subprocess.CompletedProcess[str]) -> str:
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    return lines[-1] if lines else f"git ended with status {done.returncode}"
