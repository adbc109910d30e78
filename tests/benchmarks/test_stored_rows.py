"""What packaged models lose with fewer frames or tokens: every stored row is one that its script makes."""

from __future__ import annotations

import pytest

from benchmarks.frames import choices
from benchmarks.techniques.rows import read
from benchmarks.tokens import accuracy


@pytest.mark.parametrize("model", choices.STUDENTS)
def test_rows_of_frames(model: str) -> None:
    assert {*read(choices.RESULTS)[model]} <= {*choices.recipes(model)}


@pytest.mark.parametrize("model", accuracy.MODELS)
def test_rows_of_tokens(model: str) -> None:
    made = accuracy.recipes(model)
    assert {*read(accuracy.RESULTS)[model]} <= {*made, *(each for others in made.values() for each in others)}
