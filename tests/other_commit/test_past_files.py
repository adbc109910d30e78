"""Commits and what they hold, of real repositories."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.other_commit.past_files import contents_of, past_of, place_of
from tests.run.history.made_repository import git, made_repository

A, B = "baselines/pocket/a.json", "baselines/pocket/b.json"


def test_commits_come_oldest_first_with_the_files_that_they_changed(tmp_path: Path) -> None:
    shas = made_repository(tmp_path, [{A: "1"}, {"README": "x"}, {A: "2", B: "3"}, {A: None}], ["one", "two"])
    past = past_of(tmp_path / "baselines")
    assert [each.sha for each in past.commits] == shas
    assert [each.subject for each in past.commits][:2] == ["one", "two"]
    paths = [[version.path for version in each.versions] for each in past.commits]
    assert paths == [["pocket/a.json"], [], ["pocket/a.json", "pocket/b.json"], ["pocket/a.json"]]
    assert past.commits[3].versions[0].content == ""
    names = [version.content for each in past.commits for version in each.versions if version.content]
    assert [content for _, content in contents_of(past.repository, names)] == [b"1", b"2", b"3"]
    assert not past.is_shallow


def test_more_contents_than_a_pipe_holds_come_whole(tmp_path: Path) -> None:
    made_repository(tmp_path, [{A: f"{place} " + "x" * 300_000} for place in range(30)])
    past = past_of(tmp_path / "baselines")
    names = [each.versions[0].content for each in past.commits] * 40
    found = [content for _, content in contents_of(past.repository, names)]
    assert len(found) == 1200
    assert found[31] == b"1 " + b"x" * 300_000


def test_what_is_not_there_is_none(tmp_path: Path) -> None:
    made_repository(tmp_path, [{A: "1"}])
    past = past_of(tmp_path / "baselines")
    name = past.commits[0].versions[0].content
    assert [*contents_of(past.repository, ["f" * 40, name])] == [("f" * 40, None), (name, b"1")]


def test_of_a_merge_it_is_the_side_that_was_merged_into(tmp_path: Path) -> None:
    made_repository(tmp_path, [{A: "1"}])
    git(tmp_path, "reset", "-q", "--hard")
    git(tmp_path, "checkout", "-q", "-b", "side")
    (tmp_path / A).write_text("2")
    git(tmp_path, "commit", "-qam", "on the side")
    git(tmp_path, "checkout", "-q", "main")
    git(tmp_path, "merge", "-q", "--no-ff", "-m", "merged", "side")
    past = past_of(tmp_path / "baselines")
    assert [each.subject for each in past.commits] == ["commit 0", "merged"]
    assert [version.path for version in past.commits[1].versions] == ["pocket/a.json"]


def test_links_and_names_with_line_breaks_do_no_harm(tmp_path: Path) -> None:
    made_repository(tmp_path, [{A: "1"}], ["a subject \x1b[31m with escapes"])
    git(tmp_path, "reset", "-q", "--hard")
    (tmp_path / "baselines/pocket/two\nlines.json").write_text("2")
    (tmp_path / "baselines/pocket/link.json").symlink_to("/etc/passwd")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "more")
    versions = {each.path: each.content for each in past_of(tmp_path / "baselines").commits[1].versions}
    assert versions.keys() == {"pocket/two\nlines.json", "pocket/link.json"}
    assert versions["pocket/link.json"] == ""
    assert versions["pocket/two\nlines.json"]


def test_a_shallow_clone_says_so(tmp_path: Path) -> None:
    made_repository(tmp_path / "whole", [{A: "1"}, {A: "2"}, {A: "3"}])
    git(tmp_path, "clone", "-q", "--depth=2", f"file://{tmp_path / 'whole'}", "part")
    past = past_of(tmp_path / "part/baselines")
    assert past.is_shallow
    assert len(past.commits) == 2
    # The oldest commit that is here looks as if it had made everything.
    assert [len(each.versions) for each in past.commits] == [1, 1]


def test_no_repository_no_commit_and_no_baselines_are_said(tmp_path: Path) -> None:
    with pytest.raises(VidcompressError, match="in no git repository that can be read"):
        past_of(tmp_path / "baselines")
    made_repository(tmp_path / "empty", [])
    with pytest.raises(VidcompressError, match="has no commit yet"):
        past_of(tmp_path / "empty/baselines")
    made_repository(tmp_path / "none", [{"README": "x"}])
    with pytest.raises(VidcompressError, match=r"no commit touched .*baselines: .*--baselines=DIR"):
        past_of(tmp_path / "none/baselines")


def test_a_folder_that_leads_out_of_its_repository_is_refused(tmp_path: Path) -> None:
    made_repository(tmp_path / "one", [{A: "1"}])
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "one/linked").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(VidcompressError, match=r"in no git repository|leads out of the repository"):
        past_of(tmp_path / "one/linked")


def test_without_git_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert shutil.which("git") is None
    with pytest.raises(VidcompressError, match="git is not installed"):
        past_of(tmp_path / "baselines")


def test_a_commit_is_found_by_what_names_it(tmp_path: Path) -> None:
    shas = made_repository(tmp_path, [{A: "1"}, {A: "2"}, {A: "3"}])
    git(tmp_path, "tag", "v1", shas[1])
    past = past_of(tmp_path / "baselines")
    assert place_of(past, "v1", "--anchor") == place_of(past, shas[1][:9], "--anchor") == 1
    for wrong in ("nope", "--all", "a\0b"):
        with pytest.raises(VidcompressError, match="names no commit on the line of 3 commits"):
            place_of(past, wrong, "--anchor")
    other = git(tmp_path, "commit-tree", "-m", "other", f"{shas[0]}^{{tree}}").strip()
    with pytest.raises(VidcompressError, match=f"is commit {other[:8]}, which is not on"):
        place_of(past, other, "--anchor")
