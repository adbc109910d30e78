"""The study of fewer frames: its page shows what was measured, and its rows are recipes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import torch

from benchmarks.fewer_frames import page, published, study
from benchmarks.fewer_frames.features import Features
from benchmarks.fewer_frames.paired import gain
from benchmarks.fewer_frames.rows import FRAMES, KEEP, KINDS, ROWS, SERIAL, TEACHER, UNIFORM, Row
from benchmarks.fewer_frames.trial import StoredBatches
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES


def test_the_page_shows_what_was_measured() -> None:
    text = page.PAGE.read_text(encoding="utf-8")
    assert page.with_tables(text) == text, "run: python -m benchmarks.fewer_frames page"


@pytest.mark.parametrize("row", ROWS)
def test_every_row_is_a_recipe(row: str) -> None:
    for keep in KEEP:
        assert parse(ROWS[row].recipe(keep, "small", 1), TECHNIQUES).steps[0].name == "frames"
    assert not parse(Row().recipe(FRAMES, "full", 0), TECHNIQUES).text.startswith("frames")


def test_the_papers_rows_are_ours_but_for_two() -> None:
    assert [*published.TABLE_1] == [*ROWS][:-2]
    assert {len(scores) for scores in published.TABLE_1.values()} == {len(published.KEEP)}
    assert {*published.TEACHER} == {*KINDS}


def test_cells_are_written_once_and_read_again(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(study, "RESULTS", tmp_path / "results.json")
    assert study.read() == {"cells": {}, "gains": {}}
    seeds = [{"gap": 0.5, "mean_ap": 0.25}, {"gap": 0.7, "mean_ap": 0.35}]
    cell = study.Cell("hrnn", UNIFORM, 6, "small")
    study.write({"cells": {str(cell): seeds}, "gains": {}})
    assert ".600 / .300" in page.tables()


def test_what_runs_beside_each_other_loses_no_cell(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(study, "RESULTS", tmp_path / "results.json")

    def some(kind: str) -> None:
        for place in range(20):
            study.write({"cells": {f"{kind} {place}": []}, "gains": {}})

    with ThreadPoolExecutor(len(KINDS)) as pool:
        for done in [pool.submit(some, kind) for kind in KINDS]:
            done.result()
    assert len(study.read()["cells"]) == 20 * len(KINDS)


def test_a_gain_is_paired_by_clip_and_by_seed() -> None:
    random = torch.Generator().manual_seed(0)
    truths = torch.rand(120, 5, generator=random) < 0.3
    noise = torch.randn(2, 120, 5, generator=random)
    worse = [each + truths for each in noise]
    better = [each + 2 * truths for each in noise]
    found = gain(better, worse, truths)
    assert found["gap"] > 0.05
    assert found["p"] < 1e-4
    assert found["gap"] == pytest.approx(sum(found["by_seed"]) / 2, abs=1e-4)
    same = gain(worse, worse, truths)
    assert (same["gap"], same["p"]) == (0, 0.5)


def test_every_clip_comes_once_an_epoch() -> None:
    stored = Features(torch.arange(6.0).view(6, 1, 1), torch.ones(6, 2, dtype=torch.bool))
    first, second = ([*StoredBatches(stored, seed).batches(range(3), 2)] for seed in (0, 1))
    orders = [torch.cat([features for features, _ in each]).flatten().tolist() for each in (first, second)]
    assert [sorted(order) for order in orders] == [[*range(6)]] * 2
    assert orders[0] != orders[1]


def test_what_decides_most_comes_first() -> None:
    first = [*study.cells()][: 5 * len(KINDS)]
    assert {each.kind for each in first} == {*KINDS}
    assert {each.row for each in first} >= {TEACHER, UNIFORM, SERIAL}
    assert {each.keep for each in first} == {study.TENTH, FRAMES}
