"""What packaged models lose with fewer frames or tokens, or where clips leave early: every stored row is one that its
script makes."""

from __future__ import annotations

import pytest

from benchmarks.adaptive import cascades, distribution, early_exits
from benchmarks.convolutions import accuracy as convolutions
from benchmarks.frames import choices
from benchmarks.techniques.recipes import MODELS
from benchmarks.techniques.rows import read
from benchmarks.tokens import accuracy, latency


@pytest.mark.parametrize("model", choices.STUDENTS)
def test_rows_of_frames(model: str) -> None:
    assert {*read(choices.RESULTS)[model]} <= {*choices.recipes(model)}


@pytest.mark.parametrize("model", accuracy.MODELS)
def test_rows_of_tokens(model: str) -> None:
    made = accuracy.recipes(model)
    assert {*read(accuracy.RESULTS)[model]} <= {*made, *(each for others in made.values() for each in others)}


@pytest.mark.parametrize("model", distribution.RECIPES)
def test_rows_of_what_single_clips_cost(model: str) -> None:
    rows = read(distribution.RESULTS)[model]
    assert {*rows} == {*distribution.RECIPES[model]}
    for row in rows.values():
        # Every clip is in one third and in one class, and the mean of all is theirs.
        for groups in (row["motion"], row["classes"]):
            clips = sum(each["clips"] for each in groups.values())
            assert clips == sum(number for _, number in row["macs_by_clip"]) == 640
            mean = sum(each["clips"] * each["macs"][0] for each in groups.values()) / clips
            assert mean == pytest.approx(row["all"]["mean"][0], abs=1e-4)


def test_rows_of_tokens_at_full_size() -> None:
    made = {text for group in latency.groups() for text in (group.beside, *group.recipes)}
    for name, rows in read(latency.RESULTS).items():
        assert name in MODELS
        assert {*rows} <= made


@pytest.mark.parametrize("model", convolutions.MODELS)
def test_rows_of_3_d_cnns(model: str) -> None:
    assert {*read(convolutions.RESULTS)[model]} <= {*convolutions.RECIPES}


@pytest.mark.parametrize("model", cascades.MODELS)
def test_rows_of_what_leaves_early(model: str) -> None:
    for made in (cascades, early_exits):
        assert {*read(made.RESULTS).get(model, {})} <= {*made.recipes()}
