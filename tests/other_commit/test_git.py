"""git: a commit by what was typed, and worktrees that come and go."""

import re

import pytest

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.other_commit.git import (
    add_worktree,
    content_in,
    find_commit,
    find_head,
    is_tracked,
    remove_worktree,
)
from tests.repository import Repository


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    """Of one commit."""
    repository = Repository(tmp_path_factory.mktemp("repository"))
    return repository.write(**{"src/mine": "number = 1"}).commit("first")


def test_what_a_killed_run_left_is_in_nobodys_way(repository, tmp_path):
    commit, before = find_commit("HEAD", repository.folder), repository.worktrees
    for folder in (tmp_path / "killed" / "tree", tmp_path / "next" / "tree"):
        folder.parent.mkdir()
        add_worktree(commit, folder)
    assert (folder / "src" / "mine.py").is_file()
    for folder in (tmp_path / "next" / "tree", tmp_path / "killed" / "tree"):
        (folder / "untracked").write_text("")
        remove_worktree(commit.repository, folder)
    assert repository.worktrees == before


def test_hooks_are_not_run_and_not_obeyed(repository, tmp_path, monkeypatch):
    hook = repository.folder / ".git" / "hooks" / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path / 'ran'}\n")
    hook.chmod(0o755)
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))  # as where a push hook runs pytest
    commit = find_commit("HEAD", repository.folder)
    add_worktree(commit, tmp_path / "tree")
    remove_worktree(commit.repository, tmp_path / "tree")
    hook.unlink()
    assert not (tmp_path / "ran").exists()
    assert not (tmp_path / "tree").exists()


def test_a_commit_is_named_by_what_was_typed(repository):
    head = find_commit("HEAD", repository.folder / "src")
    assert head.repository == repository.folder.resolve()
    assert head.name == f"HEAD ({head.sha[:7]})"
    assert find_commit(head.sha[:9], repository.folder).name == head.sha[:7]


def test_what_is_checked_out_is_dirty_when_a_tracked_file_has_changed(repository, tmp_path):
    head = find_head(repository.folder / "src")
    assert (head.sha, head.dirty) == (find_commit("HEAD", repository.folder).sha, False)
    file = repository.folder / "src" / "mine.py"
    before = file.read_text()
    file.write_text("number = 2\n")
    (repository.folder / "untracked").write_text("")
    assert find_head(repository.folder).dirty
    file.write_text(before)
    assert not find_head(repository.folder).dirty
    (repository.folder / "untracked").unlink()
    assert find_head(tmp_path) is None


@pytest.mark.parametrize(
    "ref",
    ["no-such-branch", "HEAD~1", "--all", "", "HEAD:src", "^HEAD", "HEAD^@", "HEAD HEAD", "-q", "HEAD\nHEAD"],
)
def test_a_commit_that_is_not_there_is_refused(repository, ref):
    with pytest.raises(
        VidcompressError, match=rf"--vc-against={re.escape(ref)}: .*no such commit.*fetch-depth: 0"
    ):
        find_commit(ref, repository.folder)


def test_a_name_that_no_system_could_pass_on_is_refused(repository):
    with pytest.raises(VidcompressError, match="no commit has such a name"):
        find_commit("HEAD\0", repository.folder)


def test_no_repository_and_no_git_are_refused(repository, tmp_path, monkeypatch):
    with pytest.raises(VidcompressError, match="in no git repository"):
        find_commit("HEAD", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(VidcompressError, match="git is not installed"):
        find_commit("HEAD", repository.folder)


def test_tracked_is_what_the_repository_holds(repository):
    (repository.folder / "environment").mkdir()
    (repository.folder / "environment" / "file").write_text("")
    assert is_tracked(repository.folder, repository.folder / "src")
    assert not is_tracked(repository.folder, repository.folder / "environment")


def test_a_file_is_read_as_a_commit_has_it(repository, tmp_path):
    commit, file = find_commit("HEAD", repository.folder), repository.folder / ".gitignore"
    before = file.read_text()
    file.write_text("changed")
    try:
        assert content_in(commit, file) == before.encode()
    finally:
        file.write_text(before)
    assert content_in(commit, repository.folder / "absent" / "file") == b""
    assert content_in(commit, tmp_path / "outside") is None
