"""Commits and run files -> series, through a real repository and database."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.gate.history.series import Series
from pytest_vidcompress.run.history.read_history import History, history_of
from tests.run.history.made_repository import MACHINE, git, made_repository, main_file, run_file, timing_file

MAIN, TIMING = "baselines/pocket/videomae.json", f"baselines/pocket/videomae.{MACHINE}.json"


def read(folder: Path, *runs: Path, anchor: str = "") -> History:
    return history_of(folder / "baselines", runs, folder / "history.sqlite", anchor)


def series(history: History, metric: str, source: str = "baseline") -> Series:
    (found,) = [each for each in history.series if (each.key.metric, each.key.source) == (metric, source)]
    return found


def values(history: History, metric: str, source: str = "baseline") -> list[tuple[int, float]]:
    return [(each.place, pytest.approx(each.value)) for each in series(history, metric, source).observations]


def test_stored_numbers_are_a_series_of_their_changes_with_what_took_them_over(tmp_path: Path) -> None:
    sizes = (1000, 1000, 1100, 900)
    made_repository(tmp_path, [{MAIN: main_file(fp16={"size_bytes": size})} for size in sizes])
    found = read(tmp_path)
    assert values(found, "size_bytes") == [(0, 1000), (2, 1100), (3, 900)]
    assert [(mark.place, mark.deed) for mark in series(found, "size_bytes").marks] == [
        (2, "accept"),
        (3, "tighten"),
    ]
    assert series(found, "size_bytes").stored == 900
    assert (series(found, "top1").key.model, series(found, "top1").key.clip_set) == ("videomae", "pocket")


def test_every_commit_adds_its_new_runs_as_one_observation(tmp_path: Path) -> None:
    runs = [(1.0,), (1.0, 1.02, 1.02), (1.0, 1.02, 1.02, 1.1)]
    commits = [{TIMING: timing_file(fp16=each)} for each in runs]
    commits[0][MAIN] = main_file(fp16={})
    made_repository(tmp_path, commits)
    found = series(read(tmp_path), "latency_ratio")
    assert [(each.place, pytest.approx(each.value)) for each in found.observations] == [
        (0, 1.0),
        (1, 1.02),
        (2, 1.1),
    ]
    assert found.observations[1].limit is None
    assert found.observations[2].limit == pytest.approx(1.02 * 1.05)
    assert found.key.machine == MACHINE


def test_machine_classes_are_never_one_series_and_names_may_have_dots(tmp_path: Path) -> None:
    files = {
        "baselines/pocket/vit.v1.json": main_file("org/vit.v1", fp16={}),
        f"baselines/pocket/vit.v1.{MACHINE}.json": timing_file(fp16=[1.0]),
        "baselines/pocket/vit.v1.intel-4t-torch2.13.json": timing_file(fp16=[2.0]),
    }
    made_repository(tmp_path, [files])
    timed = [each for each in read(tmp_path).series if each.key.metric == "latency_ratio"]
    assert {(each.key.model, each.key.machine) for each in timed} == {
        ("org/vit.v1", MACHINE),
        ("org/vit.v1", "intel-4t-torch2.13"),
    }


def test_reading_again_adds_nothing_and_reads_only_what_is_new(tmp_path: Path) -> None:
    made_repository(tmp_path, [{MAIN: main_file(fp16={"size_bytes": size})} for size in (1, 2, 3)])
    shas = git(tmp_path, "rev-list", "--reverse", "HEAD").split()
    run_file(tmp_path / "runs/a.json", shas[1], size_bytes=2)
    first, again = read(tmp_path, tmp_path / "runs"), read(tmp_path, tmp_path / "runs")
    assert (first.new, again.new) == (4, 0)
    assert again.series == first.series
    git(tmp_path, "reset", "-q", "--hard")
    (tmp_path / MAIN).write_text(main_file(fp16={"size_bytes": 4}))
    git(tmp_path, "commit", "-qam", "more")
    later = read(tmp_path, tmp_path / "runs")
    assert later.new == 1
    assert values(later, "size_bytes") == [(0, 1), (1, 2), (2, 3), (3, 4)]


def test_a_history_that_was_written_anew_is_read_as_it_is_now(tmp_path: Path) -> None:
    made_repository(tmp_path, [{MAIN: main_file(fp16={"size_bytes": size})} for size in (1, 2, 3)])
    read(tmp_path)
    git(tmp_path, "reset", "-q", "--hard", "HEAD~2")
    (tmp_path / MAIN).write_text(main_file(fp16={"size_bytes": 7}))
    git(tmp_path, "commit", "-qam", "another second one")
    assert values(read(tmp_path), "size_bytes") == [(0, 1), (1, 7)]


def test_malformed_files_of_old_commits_are_left_out_and_said(tmp_path: Path) -> None:
    good = main_file(fp16={"size_bytes": 1})
    contents = [
        good,
        "<<<<<<< HEAD",
        json.dumps({"schema": 2}),
        good.replace('"c"', '"zz"'),
        main_file(fp16={"size_bytes": 2}),
    ]
    made_repository(tmp_path, [{MAIN: each} for each in contents])
    found = read(tmp_path)
    assert values(found, "size_bytes") == [(0, 1), (4, 2)]
    assert [each.what.partition(" ")[2] for each in found.faults] == ["pocket/videomae.json"] * 3
    said = sorted(each.why for each in found.faults)
    assert said[0].startswith("it is no JSON")
    assert "its schema is 2, expected 1" in said
    assert any("outcomes" in why for why in said)


def test_run_files_are_put_to_their_commits_several_as_their_mean(tmp_path: Path) -> None:
    shas = made_repository(tmp_path, [{MAIN: main_file(fp16={})}, {"README": "x"}, {"README": "y"}])
    verdicts = [{"metric": "latency_ratio", "rule": "baseline", "limit": 1.05, "status": "passed"}]
    for place, ratio in ((1, 1.0), (1, 1.21), (2, 1.3)):
        path = tmp_path / f"runs/deep/{place}-{ratio}.json"
        run_file(path, shas[place], latency_ratio=ratio, top1=0.9, size_bytes=5, verdicts=verdicts)
    found = read(tmp_path, tmp_path / "runs")
    assert found.runs == 3
    assert values(found, "latency_ratio", "runs") == [(1, 1.1), (2, 1.3)]
    assert [each.limit for each in series(found, "latency_ratio", "runs").observations] == [1.05, 1.05]
    assert series(found, "latency_ratio", "runs").key.machine == MACHINE
    assert series(found, "top1", "runs of 346 clips").key.machine == ""
    assert series(found, "size_bytes", "runs").key.machine == ""


def test_a_copy_of_a_run_file_adds_nothing(tmp_path: Path) -> None:
    shas = made_repository(tmp_path, [{MAIN: main_file(fp16={})}])
    path = run_file(tmp_path / "runs/a.json", shas[0], latency_ratio=1.0)
    (tmp_path / "runs/b.json").write_bytes(path.read_bytes())
    assert read(tmp_path, tmp_path / "runs").runs == 1


def test_lists_of_before_runs_said_their_commit_have_it_in_their_name(tmp_path: Path) -> None:
    shas = made_repository(tmp_path, [{MAIN: main_file(fp16={})}])
    entry = {
        "schema": 1,
        "name": "fp16",
        "model": "videomae",
        "test": "t",
        "clips": 9,
        "machine_class": MACHINE,
        "made_with": {"clips": "pocket", "weights": "trained", "calibration": 8},
        "latency_ratio": 1.5,
    }
    (tmp_path / "runs").mkdir()
    path = tmp_path / "runs/run.json"
    path.write_text(json.dumps([entry, {"schema": 1, "grid": True}]))
    (fault,) = read(tmp_path, tmp_path / "runs").faults
    assert "its name says none" in fault.why
    path.rename(tmp_path / f"runs/run-{shas[0][:9]}.json")
    found = read(tmp_path, tmp_path / "runs")
    assert not found.faults
    assert values(found, "latency_ratio", "runs") == [(0, 1.5)]


def test_runs_that_say_nothing_of_a_commit_are_left_out_and_said(tmp_path: Path) -> None:
    shas = made_repository(tmp_path, [{MAIN: main_file(fp16={})}])
    run_file(tmp_path / "runs/dirty.json", shas[0], dirty=True, latency_ratio=1.0)
    run_file(tmp_path / "runs/elsewhere.json", "e" * 40, latency_ratio=1.0)
    run_file(tmp_path / "runs/wrong.json", shas[0], latency_ratio="fast")
    (tmp_path / "runs/broken.json").write_text("[")
    (tmp_path / "runs/later.json").write_text(json.dumps({"schema": 3, "run": {}, "measurements": []}))
    found = read(tmp_path, tmp_path / "runs")
    why = {Path(each.what).name: each.why for each in found.faults}
    assert why["dirty.json"] == "it measured changes that were not committed"
    assert why["elsewhere.json"] == "its commit eeeeeeee is not on this line of commits"
    assert "latency_ratio: expected a number" in why["wrong.json"]
    assert "it is no run file" in why["broken.json"]
    assert "its schema is 3" in why["later.json"]
    assert found.runs == 0


def test_a_folder_that_is_none_and_a_database_of_something_else_are_refused(tmp_path: Path) -> None:
    made_repository(tmp_path, [{MAIN: main_file(fp16={})}])
    with pytest.raises(VidcompressError, match="is no folder"):
        read(tmp_path, tmp_path / "nope")
    other = tmp_path / "other.sqlite"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE mine (x)")
    connection.commit()
    connection.close()
    with pytest.raises(VidcompressError, match="is a database of something else"):
        history_of(tmp_path / "baselines", [], other)
    (tmp_path / "text.sqlite").write_text("no database at all, but long enough to be looked at " * 20)
    with pytest.raises(VidcompressError, match="cannot be used as a database"):
        history_of(tmp_path / "baselines", [], tmp_path / "text.sqlite")


def test_a_database_of_another_version_is_read_anew(tmp_path: Path) -> None:
    made_repository(tmp_path, [{MAIN: main_file(fp16={"size_bytes": 1})}])
    read(tmp_path)
    connection = sqlite3.connect(tmp_path / "history.sqlite")
    connection.execute("DROP TABLE contents")
    connection.execute("PRAGMA user_version = 99")
    connection.commit()
    connection.close()
    found = read(tmp_path)
    assert found.new == 1
    assert values(found, "size_bytes") == [(0, 1)]


def test_without_a_name_the_database_lies_in_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_repository(tmp_path / "one", [{MAIN: main_file(fp16={})}])
    monkeypatch.setenv("PYTEST_VIDCOMPRESS_CACHE", str(tmp_path / "cache"))
    history_of(tmp_path / "one/baselines", [])
    assert len([*(tmp_path / "cache/history").glob("*.sqlite")]) == 1


def test_the_anchor_is_the_place_of_the_commit_that_was_named(tmp_path: Path) -> None:
    shas = made_repository(tmp_path, [{MAIN: main_file(fp16={"size_bytes": size})} for size in (1, 2, 3)])
    assert read(tmp_path, anchor=shas[1]).anchor == 1
    assert read(tmp_path).anchor is None
