"""How long a recipe trains, in words."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from pytest_vidcompress.compress.parameters import Nothing
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.compress.technique import Technique
from pytest_vidcompress.run.variants.training_time import training_time


@dataclass(frozen=True)
class Timed:
    minutes: float = 5.0
    steps: int = 0


def unable(*_: object) -> None:
    raise AssertionError("nothing is trained here")


KNOWN = {
    **TECHNIQUES,
    "timed": Technique("by minutes or steps", parameters=Timed, learn=unable),  # type: ignore[arg-type]
    "untimed": Technique("says nothing", parameters=Nothing, learn=unable),  # type: ignore[arg-type]
}


@pytest.mark.parametrize(
    ("recipe", "said"),
    [
        ("timed", "about 5 min"),
        ("prune-global+timed:minutes=0.5+fp16", "about 0.5 min"),
        ("timed:steps=2000", "2,000 steps"),
        ("timed+timed:minutes=2.5", "about 7.5 min"),
        ("timed:steps=10+timed:steps=20+timed", "about 5 min and 30 steps"),
        ("untimed", "a while"),
        ("untimed+timed", "about 5 min and a while"),
        ("fp16", ""),
    ],
)
def test_by_the_budgets_of_its_techniques(recipe: str, said: str) -> None:
    assert training_time(parse(recipe, KNOWN)) == said
