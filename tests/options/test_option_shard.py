"""--vc-shard, --vc-store and --vc-workers: the work is shared, and the run file says the same, byte for byte."""

from __future__ import annotations

from contextlib import chdir
from pathlib import Path

import pytest

from pytest_vidcompress.console import main
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.run.options.reading import share_of_work
from tests.options.sharing import TEST, TWO_RANGES, measured
from tests.project import Project, Run


@pytest.fixture(scope="module")
def sharing(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project(tmp_path_factory.mktemp("sharing")).write(test_it=TEST)
    assert project.run(*TWO_RANGES, "--vc-json=alone.json").passed(3)
    return project


def shard(project: Project, which: str, store: str, *more: str) -> Run:
    return project.run(*TWO_RANGES, f"--vc-shard={which}", f"--vc-store={store}", *more)


def test_shards_merged_are_one_run(sharing: Project, capsys: pytest.CaptureFixture[str]) -> None:
    def console(*words: str) -> tuple[int, str]:
        with chdir(sharing.folder):
            return main([*words]), capsys.readouterr().out

    for which in ("1/2", "2/2"):
        run = shard(sharing, which, f"store-{which[0]}")
        assert run.ret == 0, run.out
        assert run.says("3 skipped")
        assert run.says("nothing was timed")
        assert run.says("content cannot be told: function of videomae")
    code, half = console("merge", "store-1")
    assert code == 1
    assert "shards that have not ended: 2/2" in half
    assert "missing of prune-global of videomae, test_it.py::test_it" in half
    code, whole = console("merge", "store-1", "store-2", "--into=store")
    assert code == 0, whole
    assert "6 results of 198 clips in 2 stores" in whole
    _, shown = console("status", "store")
    assert "6 of 6 ranges of up to 64 clips are done, of 3 measurements" in shown
    assert "shards that ended: 1/2, 2/2; that have not: none" in shown
    again = shard(sharing, "2/2", "store")
    assert again.says(r"shard 2/2: 0 ranges of up to 64 clips computed, 3 were in")
    assert sharing.run(*TWO_RANGES, "--vc-store=store", "--vc-json=merged.json").passed(3)
    assert measured(sharing, "merged.json") == measured(sharing, "alone.json")


@pytest.mark.slow
def test_workers_are_one_run(sharing: Project) -> None:
    assert sharing.run(*TWO_RANGES, "--vc-workers=2", "--vc-json=workers.json", "--vc-cache=cache").passed(3)
    assert measured(sharing, "workers.json") == measured(sharing, "alone.json")
    left = [*(sharing.folder / "cache" / "jobs" / "results").rglob("*-*")]
    assert len(left) == 2  # the reference's, for the next run


def test_more_shards_than_clips_end_well(sharing: Project) -> None:
    run = shard(sharing, "9/9", "store-9")
    assert run.ret == 0, run.out
    assert run.says("3 skipped")
    assert run.says("shard 9/9: 0 ranges")


def test_a_shard_of_other_code_is_refused_by_its_number(
    sharing: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = sharing.copy(tmp_path / "other")
    other.write(test_it=TEST + "\n    # another\n")
    store = sharing.folder / "store-a"
    assert shard(sharing, "1/2", str(store)).ret == 0
    assert shard(other, "2/2", "store-b").ret == 0
    with chdir(other.folder):
        assert main(["merge", str(store), "store-b"]) == 2
    refused = capsys.readouterr().err
    assert refused.count("\n") == 1
    assert "shard 2/2 in store-b ran with other tests or conftest than shard 1/2 in " in refused


@pytest.mark.parametrize("given", ["0/2", "3/2", "2", "a/b", "1/0", "-1/2", "1/2/3"])
def test_no_part_is_refused(given: str) -> None:
    with pytest.raises(VidcompressError, match=": expected I/N, the I-th of N shards"):
        share_of_work(given)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--vc-shard=3/2", "--vc-store=s"), r"--vc-shard=3/2: expected I/N"),
        ((), "--vc-store=DIR"),
        (("--vc-store=s", "--vc-json=a.json"), "--vc-json has nothing to show"),
        (("--vc-store=s", "--vc-baseline=create"), "--vc-baseline=create has nothing to show"),
    ],
)
def test_what_a_shard_cannot_do_is_refused(more: tuple[str, ...], said: str, project: Project) -> None:
    assert project.write(test_it=TEST).run("--vc-shard=1/2", *more).refused(said)


def test_a_store_that_cannot_be_written_is_refused_in_a_line(project: Project) -> None:
    (project.folder / "file").write_text("")
    run = project.write(test_it=TEST).run("--vc-shard=1/2", "--vc-store=file")
    assert run.refused(r"the store .*file cannot be written \(Not a directory\)")
