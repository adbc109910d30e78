"""The study's tables beside ours, and the suite whose results they are made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatch
from importlib import import_module
from pathlib import Path

import pytest

from benchmarks import study
from pytest_vidcompress.gate.verdict import Result
from tests.gate.reports import changed, report

SUITE = Path(study.__file__).parent


SEARCHES = "test_search"
"""Its tests measure the embeddings of what others hold otherwise."""


def suite(model: str) -> Iterator[str]:
    """The recipes of every test of the suite, for a model."""
    for file in sorted(SUITE.glob("test_*.py")):
        if file.stem == SEARCHES:
            continue
        module = import_module(f"benchmarks.{file.stem}")
        for test in (value for name, value in vars(module).items() if name.startswith("test_")):
            marks = [mark for mark in test.pytestmark if mark.name == "vc_variants"]
            fitting = [mark for mark in marks if fnmatch(model, mark.kwargs.get("model", "*"))]
            yield from (recipe for mark in fitting for recipe in mark.args)


def results(model: str, family: str = "timesformer", **changes: object) -> list[Result]:
    return [Result(report(name=name, model=model, **changes)) for name in study.recipes(family)]


@pytest.mark.parametrize("model", ["timesformer", "videomae"])
def test_the_suite_measures_every_row_of_the_study_and_nothing_twice(model: str) -> None:
    counts = Counter(suite(model))
    assert set(study.recipes(model)) <= set(counts)
    assert set(counts.values()) == {1}


def test_other_families_have_no_tables() -> None:
    assert list(study.tables(results("google/vivit-b-16x2"))) == []
    assert list(study.tables(results("mine", "videomae"))) == []
    assert len(list(study.tables(results("facebook/timesformer-hr-finetuned-k400")))) == 2


def test_published_beside_measured() -> None:
    pruning, quantization = study.tables(results("timesformer", latency_ratio=None))
    assert pruning[:2] == [
        "the study's figure 5, TimeSformer pruned but for the last layer",
        "(beside timesformer on 100 clips, 1.0 of 122.0 million parameters)",
    ]
    assert [line.split() for line in pruning[2:6]] == [
        ["size", "MB", "zeros", "%", "top-1", "%", "time", "/", "fp32"],
        ["study", "ours"] * 4,
        ["fp32", "488.19", "3.00", "0.00", "20.00", "70.0", "90.0", "1.00", "-"],
        ["prune-global", "488.19", "3.00", "15.95", "20.00", "67.5", "90.0", "0.81", "-"],
    ]
    assert quantization[-1].split()[:3] == ["fuse+int8-static", "-", "3.00"]


def test_a_function_has_no_size() -> None:
    pruning, _ = study.tables(results("timesformer", latency_ratio=None, size_bytes=None, sparsity=None))
    assert pruning[4].split() == ["fp32", "488.19", "-", "0.00", "-", "70.0", "90.0", "1.00", "-"]


def test_random_weights_have_an_agreement_and_no_accuracy() -> None:
    random = results("videomae", "videomae", accuracy_kind="agreement", parameters=86_534_800)
    assert next(study.tables(random))[1:3] == [
        "(beside videomae on 100 clips)",
        "(weights are random: ours is no top-1, but the agreement with fp32)",
    ]


def test_tables_fit_in_80_columns() -> None:
    full = results("videomae", "videomae", size_bytes=346_200_000, parameters=86_534_800)
    for table in [*study.tables(full), *study.tables(results("timesformer"))]:
        assert max(map(len, table)) <= 80


def test_zeros_are_the_studys_where_the_model_is_of_its_size() -> None:
    pruned = report(name="prune-global", model="videomae", parameters=86_534_800, sparsity=0.1964)
    study.check_sparsity(pruned)
    study.check_sparsity(changed(pruned, sparsity=0.3, parameters=1_000_000))
    study.check_sparsity(changed(pruned, sparsity=0.3, model="mine"))
    with pytest.raises(AssertionError):
        study.check_sparsity(changed(pruned, sparsity=0.3))
