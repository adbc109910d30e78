"""A budget -> the recipe that meets it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pytest_vidcompress.artefacts.variant import Variant, build
from pytest_vidcompress.compress.recipe import Recipe, parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.measure.accuracy.predict import predict
from pytest_vidcompress.measure.accuracy.scores import accuracy, answers
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.run.target import budget_search
from pytest_vidcompress.run.target.bisection import TOLERANCE
from pytest_vidcompress.run.target.budget_search import CANDIDATES, BudgetSearch, Workbench
from pytest_vidcompress.run.target.yardsticks import YARDSTICKS, ReferenceCost, macs
from pytest_vidcompress.runtimes.registry import RUNTIMES
from tests.artefacts.variants import calibrating
from tests.models import small
from tests.run.target.sensitivities import sensitivity

WIDE = {"hidden_size": 48, "intermediate_size": 256, "num_hidden_layers": 3, "num_attention_heads": 4}


@pytest.fixture(scope="module")
def model() -> Model:
    """With enough neurons for fine steps."""
    return small.model("videomae", **WIDE)


def bench(model: Model, tried: list[str] | None = None) -> Workbench:
    def built(recipe: Recipe) -> Variant:
        if tried is not None:
            tried.append(str(recipe))
        return build(recipe, model, calibrating(), RUNTIMES)

    return Workbench(model, small.pixels(), calibrating(), lambda text: parse(text, TECHNIQUES), built)


def search(text: str, of: Workbench) -> BudgetSearch:
    return BudgetSearch(parse(text, TECHNIQUES), of)


@pytest.mark.parametrize(("family", "share"), [("timesformer", 0.5), ("videomae", 0.8)])
def test_the_work_that_is_left_is_within_the_tolerance_of_what_was_asked(family: str, share: float) -> None:
    model, tried = small.model(family, **WIDE), list[str]()
    found = search(f"target:macs={share}", bench(model, tried)).shares(sensitivity())
    variant = build(parse(found.recipe, TECHNIQUES), model, calibrating(), RUNTIMES)
    left = macs(variant, ReferenceCost(model, small.pixels()))
    assert left == pytest.approx(share, rel=TOLERANCE)
    assert left == pytest.approx(found.value)
    assert found.recipe.startswith("shrink:")
    assert (found.model, found.metric, found.goal) == (model.name, "macs", share)
    earnest = [text for text in tried if "shrink" in text and "repair=none,choice=random" not in text]
    assert found.tries == len(tried) - len(earnest)
    assert found.recipe in earnest
    assert len(earnest) <= CANDIDATES
    assert "repair" not in found.recipe


def test_bytes_are_met_by_a_format_alone_where_that_suffices(model: Model) -> None:
    half = search("target:size=0.6", bench(model)).format_alone()
    assert half is not None
    assert half.recipe == "fp16"
    quarter = search("target:size=0.4", bench(model)).format_alone()
    assert quarter is not None
    assert quarter.recipe == "int8-weights"


def test_fewer_bytes_are_shares_and_the_smallest_format(model: Model) -> None:
    least = search("target:size=0.4", bench(model)).format_alone()
    assert least is not None
    wanted = search(f"target:size={0.7 * least.value:.3f}", bench(model))
    assert wanted.format_alone() is None
    found = wanted.shares(sensitivity())
    assert found.recipe.endswith("+int8-weights")
    assert found.value == pytest.approx(0.7 * least.value, rel=TOLERANCE)


def test_what_follows_the_budget_is_part_of_what_meets_it(model: Model) -> None:
    wanted = search("target:size=0.4+fp16", bench(model))
    assert wanted.format_alone() is None
    found = wanted.shares(sensitivity())
    assert found.recipe.endswith("+fp16")
    assert found.value == pytest.approx(0.4, rel=TOLERANCE)


def test_one_that_cannot_be_met_is_refused_with_the_nearest(model: Model) -> None:
    with pytest.raises(
        VidcompressError, match=r"target macs=0\.001 of .* cannot be met: the nearest is 0\.\d+, by"
    ):
        search("target:macs=0.001", bench(model)).shares(sensitivity())


def test_a_recipe_without_a_budget_is_refused(model: Model) -> None:
    for text in ("target", "fp16"):
        with pytest.raises(VidcompressError, match="names no budget"):
            search(text, bench(model))


@pytest.fixture
def timed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Time is work and a half, and what is timed is noted."""
    noted: list[str] = []

    def time(variant: Variant, reference: ReferenceCost) -> float:
        noted.append(variant.name)
        return 0.1 + 0.9 * macs(variant, reference)

    monkeypatch.setattr(budget_search, "YARDSTICKS", {**YARDSTICKS, "latency": time})
    return noted


def test_time_is_tried_only_where_the_work_is_about_right(model: Model, timed: list[str]) -> None:
    found = search("target:latency=0.6", bench(model)).shares(sensitivity())
    assert found.value == pytest.approx(0.6, rel=TOLERANCE)
    assert len(timed) <= 3 * 11, "three lines, and the ends of them"


def test_of_those_that_meet_it_the_one_that_answers_most_alike_is_taken(model: Model) -> None:
    tried: list[str] = []
    found = search("target:macs=0.6", bench(model, tried)).shares(sensitivity())
    earnest = [text for text in tried if "shrink" in text and "choice=random" not in text]
    assert (
        len({text.count("blocks=") and text[text.index("blocks=") :] for text in earnest}) == len(earnest) > 1
    )
    before, clips = model.module, calibrating()
    divergences = {}
    for text in earnest:
        variant = build(parse(text, TECHNIQUES), model, clips, RUNTIMES)
        whole, logits = (predict(each, clips, 3)[0] for each in (before, variant.module))
        divergences[text] = float(accuracy(logits, whole, answers(whole), "agreement").kl)
    assert found.recipe == min(divergences, key=lambda text: divergences[text])


def test_it_says_what_it_tries(model: Model) -> None:
    said: list[str] = []
    own: Callable[..., Any] = lambda what, done, total: said.append(what)  # noqa: E731
    plain = bench(model)
    search("target:macs=0.7", replace(plain, progress=own)).shares(sensitivity())
    assert said[0].startswith(f"looking for macs 0.7 of {model.name}, try 1: fp32")


def test_what_learns_is_not_trained_at_every_try(model: Model) -> None:
    with pytest.raises(VidcompressError, match="would train at every try"):
        search("target:macs=0.5+finetune", bench(model))
