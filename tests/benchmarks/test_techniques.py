"""The page of techniques: its table is what the results say, and what is trained comes with the repository."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.frames import choices
from benchmarks.techniques import accuracy, full_size, page
from benchmarks.techniques.recipes import GROUPS, RECIPES, at_full_size, parsed
from tests.benchmarks.test_study import suite
from training import learned


def test_the_page_shows_what_was_measured() -> None:
    text = page.PAGE.read_text(encoding="utf-8")
    assert page.with_tables(text) == text, "run: python -m benchmarks.techniques page"


def test_every_recipe_is_written_as_tables_print_it() -> None:
    assert [str(parsed(text)) for text in RECIPES] == [*RECIPES]
    assert len({*RECIPES}) == len(RECIPES)


@pytest.mark.parametrize(
    ("recipe", "at_size"),
    [
        ("distil:steps=5", "fp32"),
        ("fuse+int8-qat:steps=5,rate=0.1", "fuse+int8-static"),
        ("prune-gradual:amount=0.6,steps=9", "prune-gradual:steps=1,batch=1,amount=0.6"),
        ("prune-global:amount=0.5,score=second-order@openvino", "prune-global:amount=0.5@openvino"),
        ("shrink:mlp=0.5+finetune+fp16", "shrink:mlp=0.5,repair=none,choice=random+fp16"),
        ("fuse+int8-static", "fuse+int8-static"),
    ],
)
def test_at_full_size_a_recipe_takes_the_same_without_what_only_trains(recipe: str, at_size: str) -> None:
    assert at_full_size(recipe) == at_size
    assert at_full_size(at_size) == at_size


def test_a_line_has_both_scales_and_what_is_not_measured_is_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cost = {"points_lost": 1.0, "interval": [-0.25, 2.5], "agreement": 97.5}
    size, whole = {"bytes": 25, "macs_ratio": 0.5}, {"bytes": 100, "macs_ratio": 1.0}
    time = {"latency_ratio": 0.3, "interval": [0.29, 0.311]}
    for module, results in (
        (accuracy, {"videomae": {"fp16": cost}}),
        (full_size, {"videomae": {"fp32": whole, "fp16": {**size, **time}, "bf16": size}}),
    ):
        monkeypatch.setattr(module, "RESULTS", tmp_path / f"{module.__name__}.json")
        module.RESULTS.write_text(json.dumps(results))
    cells = {
        line.split("|")[1].strip(): [*map(str.strip, line.split("|")[2:-1])] for line in _lines("videomae")
    }
    assert cells["`fp16`"] == ["1.00", "-0.2 to 2.5", "97.5 %", "0.250", "0.500", "0.300", "0.290 to 0.311"]
    assert cells["`bf16`"] == ["", "", "", "0.250", "0.500", "", ""]


def _lines(model: str) -> list[str]:
    _, title, table = page.tables().partition(f"### {page.TITLES[model]}")
    assert title
    return [line for line in table.splitlines() if line.startswith("| `")]


@pytest.mark.parametrize("model", learned.MODELS)
def test_what_the_suite_measures_of_learned_recipes_comes_with_the_repository(model: str) -> None:
    texts = [text for text in suite(model) if parsed(text).learns]
    assert {parsed(text).through_learning.text for text in texts} == {*learned.RECIPES[model]}
    assert {*texts} <= {*GROUPS["learned"], *choices.recipes(model)}
