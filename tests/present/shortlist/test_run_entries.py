from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.gate.verdict import Result
from pytest_vidcompress.measure.interval import Estimate
from pytest_vidcompress.present.shortlist.run_entries import read_run
from tests.gate.reports import ranked, report
from tests.present.shortlist.runs import result, written

GRID = {
    "schema": 1,
    "grid": True,
    "model": "tiny",
    "test": "t",
    "machine": {},
    "versions": [],
    "cells": [],
    "rounds_planned": 6,
    "interrupted": False,
    "budget": {},
    "reports": {},
    "reference": {"precision": "fp32", "runtime": "torch", "batch": 1, "threads": 1},
}
"""As version 1 had it."""
BEFORE = Path(__file__).parents[3] / "benchmarks" / "paper_tables" / "videomae.json"


def test_what_a_run_wrote_is_read_with_its_intervals(tmp_path: Path) -> None:
    path = written(tmp_path / "run.json", result("fp16", 30, 2.5, 2), weights="random")
    (found,) = read_run(path, 3).candidates
    assert (found.model, found.name, found.recipe, found.run) == ("timesformer", "fp16", "fp16", 3)
    assert found.machine == "amd-epyc-avx512-2t"
    assert dict(found.made_with) == {"weights": "random", "clips": "pocket", "calibration": "32"}
    assert found.clips == 100
    assert found.numbers["size"] == 2_500_000
    assert found.numbers["time"].interval == pytest.approx((0.0285, 0.0315))
    drop = found.numbers["accuracy"]
    assert float(drop) == pytest.approx(0.02)
    assert drop.low < drop < drop.high


def test_a_file_of_before_the_schema_is_read_as_of_a_machine_that_is_not_known() -> None:
    entries = read_run(BEFORE).candidates
    assert len(entries) == len(json.loads(BEFORE.read_text()))
    assert {each.machine for each in entries} == {f"not recorded in {BEFORE}"}
    assert all(each.recipe is None and not each.made_with for each in entries)
    assert all({"time", "size", "accuracy"} <= each.numbers.keys() for each in entries)


def test_what_was_not_measured_is_absent_and_grids_are_counted(tmp_path: Path) -> None:
    path = written(
        tmp_path / "run.json", result("fp16", None), Result(report(reference=None, size_bytes=None))
    )
    path.write_text(json.dumps([*json.loads(path.read_text())["measurements"], GRID]))
    run = read_run(path)
    assert [set(each.numbers) for each in run.candidates] == [{"size", "accuracy"}, {"time"}]
    assert run.grids == 1


def test_of_clips_with_several_labels_accuracy_is_what_is_lost_of_gap(tmp_path: Path) -> None:
    sets = ranked(report(), drop=Estimate(0.004, 0.001, 0.007))
    path = written(tmp_path / "run.json", Result(sets))
    document = json.loads(path.read_text())
    document["measurements"][0]["gap_drop"] = 0.004
    path.write_text(json.dumps(document))
    (found,) = read_run(path).candidates
    assert found.numbers["accuracy"].interval == (0.001, 0.007)


def test_an_interval_the_wrong_way_round_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "run.json", result("fp16", 30))
    document = json.loads(path.read_text())
    document["measurements"][0]["latency_interval"] = [2, 1]
    path.write_text(json.dumps(document))
    with pytest.raises(VidcompressError, match="latency_interval: expected its lower end first"):
        read_run(path)
