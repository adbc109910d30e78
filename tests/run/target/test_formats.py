"""Recipes that cost next to nothing, which a budget may be met by."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.compress.target import METRICS, Target
from pytest_vidcompress.run.target.formats import rounds_of, without_rewrite


def test_time_is_saved_with_the_rewrite_in_front() -> None:
    assert rounds_of(Target(latency=0.5)) == [
        ["fuse", "fuse+bf16", "fuse+int8-static", "fuse+int8-static+bf16"]
    ]
    assert rounds_of(Target(macs=0.5)) == [["fuse"]]


def test_of_bytes_the_rewrite_takes_few_and_comes_second() -> None:
    formats, fused = rounds_of(Target(size=0.5))
    assert formats == ["fp16", "bf16", "int8-weights", "int8-weights+bf16"]
    assert fused == ["fuse", *(f"fuse+{each}" for each in formats)]


@pytest.mark.parametrize(
    ("using", "rounds"),
    [
        ("shrink", []),
        ("fuse|shrink", [["fuse"]]),
        ("bf16", [["bf16"]]),
        ("int8-static|bf16", [["bf16", "int8-static", "int8-static+bf16"]]),
    ],
)
def test_nothing_is_tried_that_may_not_be_used(using: str, rounds: list[list[str]]) -> None:
    assert rounds_of(Target(latency=0.5, using=using)) == rounds


@pytest.mark.parametrize("metric", METRICS)
def test_each_is_a_recipe(metric: str) -> None:
    every = [each for some in rounds_of(Target(**dict[str, Any]({metric: 0.5}))) for each in some]
    assert [parse(each, TECHNIQUES).text for each in every] == every
    assert all(not rest or parse(rest, TECHNIQUES) for rest in map(without_rewrite, every))
    assert not [rest for rest in map(without_rewrite, every) if "fuse" in rest]
