"""The versions of a folder's files that commits hold, and their contents: four processes of git, however many."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import IO

from ..errors import VidcompressError
from .git import outside_hooks

_COMMIT, _FIELD = "\x1e", "\x1f"
_FILE_MODES = ("100644", "100755")
"""Of what is neither a link nor another repository."""
_MOST_BYTES = 64 << 20
"""Of one version of a file."""
_AS_THEY_ARE = {
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "LC_ALL": "C",
}
"""Nothing stands in for a commit, and no content is fetched from elsewhere one by one."""


@dataclass(frozen=True)
class Version:
    """A file as a commit left it."""

    path: str
    """Within the folder, with slashes."""
    content: str
    """What git calls its content; empty where the commit removed the file."""


@dataclass(frozen=True)
class PastCommit:
    """One of the line that leads to what is checked out."""

    sha: str
    time_s: int
    subject: str
    versions: tuple[Version, ...] = ()
    """Of the files that it changed."""


@dataclass(frozen=True)
class Past:
    """A line of commits, oldest first: of a merge the side that was merged into."""

    repository: Path
    commits: tuple[PastCommit, ...]
    is_shallow: bool
    """Are older commits missing here?"""


def past_of(folder: Path) -> Past:
    """What commits did to the files of a folder.

    Raises:
        VidcompressError: there is no git, no repository, no commit in it, or none that touched the folder.
    """
    around = next(each for each in (folder, *folder.absolute().parents) if each.is_dir())
    top, shallow = _repository(folder, around)
    name = _within(folder, top)
    subjects = {each.sha: each for each in _commits(top)}
    if not subjects:
        raise VidcompressError(f"{top} has no commit yet: commit baselines, and look again")
    changed = _versions(top, name)
    if not changed:
        said = " of this shallow clone (fetch-depth: 0 of actions/checkout fetches all)" if shallow else ""
        raise VidcompressError(
            f"no commit{said} touched {folder}: let pytest create baselines there and commit them, or"
            " name their folder with --baselines=DIR"
        )
    commits = tuple(
        PastCommit(each.sha, each.time_s, each.subject, changed.get(each.sha, ()))
        for each in reversed(subjects.values())
    )
    return Past(top, commits, shallow)


def place_of(past: Past, ref: str, option: str) -> int:
    """The place of a commit that `ref` names.

    Args:
        option: what it was typed for.

    Raises:
        VidcompressError: there is no such commit, or it lies beside the line.
    """
    named = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    found = "" if "\0" in ref else _run(past.repository, *named).stdout.decode(errors="replace").strip()
    places = [place for place, each in enumerate(past.commits) if each.sha == found]
    if not places:
        what = f"is commit {found[:8]}, which is not on" if found else "names no commit on"
        raise VidcompressError(
            f"{option}={ref} {what} the line of {len(past.commits)} commits that leads to what is checked out"
        )
    return places[0]


def contents_of(repository: Path, names: Sequence[str]) -> Iterator[tuple[str, bytes | None]]:
    """Contents by the names of `Version.content`, each as it comes; None of what is not there or is too long."""
    if not names:
        return
    with _start(repository, "cat-file", "--batch") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        asking = Thread(target=_ask, args=(process.stdin, names), daemon=True)
        asking.start()
        for name in names:
            yield name, _answer(process.stdout)
        asking.join()


def _ask(stream: IO[bytes], names: Sequence[str]) -> None:
    """Beside the reading: a pipe that nobody empties fills up."""
    try:
        with stream:
            stream.write("".join(f"{name}\n" for name in names).encode())
    except BrokenPipeError:
        pass  # Whoever reads sees that the answers end.


def _answer(stream: IO[bytes]) -> bytes | None:
    words = stream.readline().split()
    if len(words) != 3 or not words[2].isdigit():
        return None
    size = int(words[2])
    if size > _MOST_BYTES:
        for start in range(0, size, _MOST_BYTES):
            stream.read(min(_MOST_BYTES, size - start))
        content = None
    else:
        content = stream.read(size)
    stream.read(1)
    return content


def _repository(folder: Path, around: Path) -> tuple[Path, bool]:
    found = _run(around, "rev-parse", "--show-toplevel", "--is-shallow-repository")
    lines = found.stdout.decode(errors="surrogateescape").splitlines()
    if found.returncode != 0 or len(lines) != 2:
        said = (found.stderr.decode(errors="replace").strip().splitlines() or ["git said nothing"])[-1]
        raise VidcompressError(
            f"{folder} is in no git repository that can be read ({said}): the history is that of committed baselines"
        )
    return Path(lines[0]).resolve(), lines[1] == "true"


def _within(folder: Path, top: Path) -> str:
    real = Path(os.path.realpath(folder))
    if not real.is_relative_to(top):
        raise VidcompressError(
            f"{folder} leads out of the repository {top}: name the folder that is committed"
        )
    return real.relative_to(top).as_posix()


def _commits(top: Path) -> Iterator[PastCommit]:
    """Newest first."""
    for record in _log(top, f"--format={_COMMIT}%H{_FIELD}%ct{_FIELD}%s"):
        sha, seconds, subject = record.rstrip("\n").split(_FIELD, 2)
        yield PastCommit(sha, int(seconds), subject)


def _versions(top: Path, name: str) -> dict[str, tuple[Version, ...]]:
    """By commit, those of files in a folder."""
    found: dict[str, tuple[Version, ...]] = {}
    raw = ("-m", "--raw", "--no-abbrev", "--no-renames", "-z")
    for record in _log(top, f"--format={_COMMIT}%H", *raw, "--", f":(top,literal){name}"):
        sha, *fields = record.split("\0")
        pairs = zip(fields[::2], fields[1::2], strict=False)
        found[sha] = tuple(_version(facts.strip(), path, name) for facts, path in pairs if ":" in facts)
    return {sha: versions for sha, versions in found.items() if versions}


def _version(facts: str, path: str, name: str) -> Version:
    _, mode, _, content, _ = facts.split(" ")
    is_there = mode in _FILE_MODES and set(content) != {"0"}
    return Version(path.removeprefix(f"{name}/"), content if is_there else "")


def _log(top: Path, *arguments: str) -> list[str]:
    """Records of the commits on the line of what is checked out; none where there is no commit."""
    options = ("--first-parent", "--no-show-signature", "--no-color", "--no-notes")
    done = _run(top, "-c", "log.follow=false", "log", *options, *arguments)
    return done.stdout.decode(errors="replace").split(_COMMIT)[1:] if done.returncode == 0 else []


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    with _start(folder, *arguments) as process:
        output, complaint = process.communicate()
    return subprocess.CompletedProcess(arguments, process.returncode, output, complaint)


def _start(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    try:
        return subprocess.Popen(
            ["git", "-C", str(folder), *arguments],
            env=outside_hooks(os.environ) | _AS_THEY_ARE,
            stdin=pipe,
            stdout=pipe,
            stderr=subprocess.DEVNULL if "--batch" in arguments else pipe,
        )
    except FileNotFoundError:
        raise VidcompressError("git is not installed: the history is read through it") from None
