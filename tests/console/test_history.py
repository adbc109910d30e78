"""`vidcompress history`, on repositories of made baselines and runs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random

import pytest

from pytest_vidcompress.console import main
from tests.run.history.made_repository import MACHINE, git, made_repository, main_file

MAIN = "baselines/pocket/videomae.json"
COMMITS = 200
Levels = Mapping[str, Callable[[int], float]]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_VIDCOMPRESS_CACHE", str(tmp_path / "cache"))


def with_runs(folder: Path, ratios: Levels, commits: int = COMMITS) -> list[str]:
    """A repository and a run file of each of its commits; noise of 0.4 %."""
    shas = made_repository(
        folder, [{MAIN: main_file(fp16={})}, *({"src": str(place)} for place in range(1, commits))]
    )
    (folder / "runs").mkdir()
    random = Random(5)
    for place, sha in enumerate(shas):
        entries = [
            {
                "name": name,
                "model": "videomae",
                "test": "t",
                "clips": 9,
                "machine_class": MACHINE,
                "made_with": {"clips": "pocket", "weights": "trained", "calibration": 8},
                "latency_ratio": level(place) * (1 + random.gauss(0, 0.004)),
                # The last baseline moves along, and no commit is far from the one before it.
                "verdicts": [
                    {"metric": "latency_ratio", "rule": "baseline", "limit": 1.05 * level(max(0, place - 1))}
                ],
            }
            for name, level in ratios.items()
        ]
        document = {"schema": 2, "run": {"commit": sha, "dirty": False}, "measurements": entries}
        (folder / f"runs/{place}.json").write_text(json.dumps(document))
    return shas


def history(folder: Path, *arguments: str) -> int:
    return main(["history", str(folder / "runs"), f"--baselines={folder / 'baselines'}", *arguments])


def test_a_step_and_a_slow_drift_are_found_at_their_commits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ratios: Levels = {
        "fp32": lambda place: 1.0,
        "fp16": lambda place: 1.06 if place >= 120 else 1.0,
        "int8-dynamic": lambda place: 0.8 * 1.01 ** min(10, max(0, place - 59)),
    }
    shas = with_runs(tmp_path, ratios)
    assert history(tmp_path) == 0
    lines = capsys.readouterr().out.splitlines()
    rows = {line.split()[1]: line for line in lines if line.startswith("videomae ")}
    assert rows.keys() == {"fp16", "int8-dynamic"}
    assert f"step  {shas[120][:8]}" in " ".join(rows["fp16"].split()).replace("step ", "step  ")
    drift = rows["int8-dynamic"].split()
    assert "drift" in drift
    first, last = next(word for word in drift if ".." in word).split("..")
    short = [sha[:8] for sha in shas]
    assert abs(short.index(first) - 60) <= 1
    assert abs(short.index(last) - 69) <= 1
    unseen, seen = lines.index("worse, and no run saw it:"), lines.index("worse:")
    assert unseen < lines.index(rows["int8-dynamic"]) < seen < lines.index(rows["fp16"])
    assert "    runs; a run was beyond its limit" in lines[seen:]


def test_in_an_unchanged_history_nothing_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with_runs(tmp_path, {f"variant{number}": lambda place: 0.9 for number in range(5)})
    assert history(tmp_path) == 0
    said = capsys.readouterr().out
    assert "nothing changed" in said
    assert "worse" not in said


def test_what_was_accepted_says_so_and_many_variants_of_a_commit_are_one_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sizes = (1000, 1000, 1100)
    shas = made_repository(
        tmp_path,
        [{MAIN: main_file(**{f"v{n}": {"size_bytes": size + n} for n in range(4)})} for size in sizes],
        ["first", "second", "a \x1b[31m<b>subject</b>\u202e"],
    )
    assert main(["history", f"--baselines={tmp_path / 'baselines'}"]) == 0
    said = capsys.readouterr().out
    (row,) = [line for line in said.splitlines() if "size_bytes" in line]
    assert "videomae v0 and 3 more" in row
    assert "+10 %" in row
    assert "step, accepted" in row
    assert shas[2][:8] in row
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert r"a \x1b[31m<b>subject</b>" in said


def test_one_model_is_shown_alone_and_an_unknown_one_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = "baselines/pocket/timesformer.json"
    commits = [
        {
            MAIN: main_file(fp16={"size_bytes": size}),
            other: main_file("timesformer", fp16={"size_bytes": size}),
        }
        for size in (1, 2)
    ]
    made_repository(tmp_path, commits)
    where = f"--baselines={tmp_path / 'baselines'}"
    assert main(["history", where, "--model=timesformer"]) == 0
    said = capsys.readouterr().out
    assert "timesformer fp16" in said
    assert "videomae" not in said
    assert main(["history", where, "--model=nope\x1b"]) == 2
    assert r"--model=nope\x1b is in none" in capsys.readouterr().err


def test_a_shallow_clone_goes_on_with_what_there_is_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made_repository(tmp_path / "whole", [{MAIN: main_file(fp16={"size_bytes": size})} for size in (1, 2, 3)])
    git(tmp_path, "clone", "-q", "--depth=2", f"file://{tmp_path / 'whole'}", "part")
    assert main(["history", f"--baselines={tmp_path / 'part/baselines'}"]) == 0
    said = capsys.readouterr()
    assert "this clone is shallow: 2 commits are here" in said.err
    assert "+50 %" in said.out


def test_what_has_no_repository_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", f"--baselines={tmp_path}"]) == 2
    assert "is in no git repository" in capsys.readouterr().err


def test_only_the_worst_are_printed_unless_all_are_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sizes = [1000 + 500 * place for place in range(40)]
    made_repository(tmp_path, [{MAIN: main_file(fp16={"size_bytes": size})} for size in sizes])
    where = f"--baselines={tmp_path / 'baselines'}"
    assert main(["history", where]) == 0
    assert "and 15 more changes: --all shows them" in capsys.readouterr().out
    assert main(["history", where, "--all"]) == 0
    said = capsys.readouterr().out
    assert sum("size_bytes" in line for line in said.splitlines()) == 39
    assert "more changes" not in said


def test_the_page_shows_every_metric_and_nothing_foreign_as_markup(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commits = [{MAIN: main_file(**{"<b>v": {"size_bytes": size, "macs": 7}})} for size in (100, 200)]
    made_repository(tmp_path, commits, ["first", "<script>alert(1)</script>"])
    where, page = f"--baselines={tmp_path / 'baselines'}", tmp_path / "page.html"
    assert main(["history", where, "-o", str(page)]) == 0
    text = page.read_text()
    assert "size_bytes" in text
    assert "macs" in text
    assert "<script>alert" not in text
    assert "<b>v" not in text
    assert main(["history", where, "-o", str(tmp_path / "nope/page.html")]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_the_anchor_is_beside_every_change(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shas = made_repository(
        tmp_path, [{MAIN: main_file(fp16={"size_bytes": size})} for size in (100, 200, 300)]
    )
    where = f"--baselines={tmp_path / 'baselines'}"
    assert main(["history", where]) == 0
    assert "+200 %" in capsys.readouterr().out
    assert main(["history", where, f"--anchor={shas[1][:10]}"]) == 0
    assert "+200 %" not in capsys.readouterr().out
