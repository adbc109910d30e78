"""A budget -> the recipe that meets it at the least cost."""

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
from pytest_vidcompress.measure.accuracy.scores import likeness
from pytest_vidcompress.measure.sensitivity.sensitivity import Sensitivity
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.present.variants.variant_notes import FoundRecipe
from pytest_vidcompress.run.target import budget_search, trials
from pytest_vidcompress.run.target.bisection import TOLERANCE
from pytest_vidcompress.run.target.budget_search import BudgetSearch
from pytest_vidcompress.run.target.trials import Workbench
from pytest_vidcompress.run.target.yardsticks import YARDSTICKS, ReferenceCost, macs
from pytest_vidcompress.runtimes.registry import RUNTIMES
from tests.artefacts.variants import calibrating
from tests.models import small
from tests.run.target.sensitivities import sensitivity

WIDE = {"hidden_size": 48, "intermediate_size": 256, "num_hidden_layers": 3, "num_attention_heads": 4}
CHANCE = "repair=none,choice=random"


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


def search(text: str, of: Workbench) -> FoundRecipe:
    return BudgetSearch(parse(text, TECHNIQUES), of).found(sensitivity)


def divergence(model: Model, text: str) -> float:
    """On the clips that the bench compares on."""
    variant = build(parse(text, TECHNIQUES), model, calibrating(), RUNTIMES)
    whole, logits = (predict(each, calibrating(), 3)[0] for each in (model.module, variant.module))
    return float(likeness(logits, whole, sets=False).kl)


@pytest.mark.parametrize(
    ("family", "share"), [pytest.param("timesformer", 0.5, marks=pytest.mark.slow), ("videomae", 0.8)]
)
def test_the_work_that_is_left_is_within_the_tolerance_of_what_was_asked(family: str, share: float) -> None:
    model, tried = small.model(family, **WIDE), list[str]()
    found = search(f"target:macs={share},using=shrink", bench(model, tried))
    variant = build(parse(found.recipe, TECHNIQUES), model, calibrating(), RUNTIMES)
    left = macs(variant, ReferenceCost(model, small.pixels()))
    assert left == pytest.approx(share, rel=TOLERANCE)
    assert left == pytest.approx(found.value)
    assert found.recipe.startswith("shrink:")
    assert "+" not in found.recipe
    assert (found.model, found.metric, found.goal) == (model.name, "macs", share)
    assert not found.has_room
    assert found.tries == len(tried)
    assert found.recipe in [text for text in tried if CHANCE not in text]
    assert "repair" not in found.recipe


@pytest.mark.slow
def test_work_that_the_rewrite_leaves_too_much_of_goes_by_shares_before_it(model: Model) -> None:
    found = search("target:macs=0.6", bench(model))
    assert found.recipe.startswith("shrink:")
    assert found.recipe.endswith("+fuse")
    assert found.value == pytest.approx(0.6, rel=TOLERANCE)


def test_bytes_are_met_by_a_format_alone_where_that_suffices(model: Model) -> None:
    half = search("target:size=0.6", bench(model))
    assert half.recipe == "fp16"
    assert not half.left_out
    quarter = search("target:size=0.4", bench(model))
    assert quarter.recipe == "int8-weights"
    assert (quarter.agreement, quarter.clips) == (1, len(calibrating()))


@pytest.mark.slow
def test_fewer_bytes_are_shares_and_the_smallest_format(model: Model) -> None:
    least = search("target:size=0.4,using=int8-weights", bench(model))
    found = search(
        f"target:size={0.7 * least.value:.3f},using=int8-weights|prune-global|shrink", bench(model)
    )
    assert found.recipe.endswith("+int8-weights")
    assert found.value == pytest.approx(0.7 * least.value, rel=TOLERANCE)


def test_bytes_are_met_by_packed_zeros_alone_if_they_may_be_used_alone(model: Model) -> None:
    found = search("target:size=0.6,using=prune-global", bench(model))
    assert found.recipe.startswith("prune-global:amount=0.")
    assert found.recipe.endswith(",score=second-order")
    assert found.value == pytest.approx(0.6, rel=TOLERANCE)


def test_what_follows_the_budget_is_part_of_what_meets_it(model: Model) -> None:
    found = search("target:size=0.4+fp16", bench(model))
    assert found.recipe.endswith("+fp16")
    assert found.value == pytest.approx(0.4, rel=TOLERANCE)


def test_what_follows_the_budget_and_suffices_is_taken_with_room(model: Model) -> None:
    found = search("target:size=0.8+fp16", bench(model))
    assert found.recipe == "fp16"
    assert found.has_room


@pytest.mark.parametrize(
    ("budget", "said"),
    [
        ("macs=0.001", r"target macs=0\.001 of .* cannot be met: the nearest is 0\.\d+, by"),
        (
            "macs=0.3,using=fuse",
            r"target macs=0\.3 of .* cannot be met using fuse: the nearest is .*, by 'fuse'",
        ),
    ],
)
def test_one_that_cannot_be_met_is_refused_with_the_nearest(model: Model, budget: str, said: str) -> None:
    with pytest.raises(VidcompressError, match=said):
        search(f"target:{budget}", bench(model))


def test_a_recipe_without_a_budget_is_refused(model: Model) -> None:
    for text in ("target", "fp16"):
        with pytest.raises(VidcompressError, match="names no budget"):
            search(text, bench(model))


Timed = Callable[[Callable[[str, float], float]], None]


@pytest.fixture
def timed(monkeypatch: pytest.MonkeyPatch) -> Timed:
    """Says what a variant takes, by its name and its share of the work."""

    def say(time: Callable[[str, float], float]) -> None:
        def latency(variant: Variant, reference: ReferenceCost) -> float:
            work = macs(variant, reference) if "int8" not in variant.name else 1.0
            return time(variant.name, work)

        monkeypatch.setattr(trials, "YARDSTICKS", {**YARDSTICKS, "latency": latency})

    return say


FORMATS = "using=fuse|bf16|shrink"


def by_format(name: str, work: float) -> float:
    """Both techniques save time, and `bf16` changes answers."""
    times = {"bf16": 0.4, "fuse": 0.8}
    return next((share for format_, share in times.items() if format_ in name), 1.0) * (0.1 + 0.9 * work)


def test_what_costs_next_to_nothing_is_taken_and_nothing_is_taken_away(model: Model, timed: Timed) -> None:
    timed(lambda name, work: by_format(name, 1))
    tried: list[str] = []
    found = search(f"target:latency=0.5,{FORMATS}", bench(model, tried))
    assert found.recipe == "fuse+bf16"
    assert (found.value, found.has_room) == (0.4, True)
    assert not [text for text in tried if "shrink" in text]


def test_what_changes_no_answer_goes_before_what_is_faster(model: Model, timed: Timed) -> None:
    timed(lambda name, work: by_format(name, 1))
    assert search(f"target:latency=0.8,{FORMATS}", bench(model)).recipe == "fuse"


@pytest.mark.slow
def test_where_the_user_says_by_what_the_budget_is_landed_on(model: Model, timed: Timed) -> None:
    timed(by_format)
    found = search("target:latency=0.6,using=shrink", bench(model))
    assert found.recipe.startswith("shrink:")
    assert "+" not in found.recipe
    assert found.value == pytest.approx(0.6, rel=TOLERANCE)
    assert not found.has_room


@pytest.mark.slow
def test_shares_begin_where_the_formats_end(model: Model, timed: Timed) -> None:
    timed(by_format)
    found = search(f"target:latency=0.3,{FORMATS}", bench(model))
    assert found.recipe.startswith("shrink:")
    assert found.recipe.endswith("+fuse+bf16")
    assert found.value == pytest.approx(0.3, rel=TOLERANCE)


@pytest.mark.slow
def test_what_suffices_but_costs_much_is_held_against_shares(
    model: Model, timed: Timed, monkeypatch: pytest.MonkeyPatch
) -> None:
    timed(by_format)
    monkeypatch.setattr(budget_search, "NEARLY_FREE", 1e-9)
    tried: list[str] = []
    found = search(f"target:latency=0.7,{FORMATS}", bench(model, tried))
    assert [text for text in tried if text.startswith("shrink") and text.endswith("+fuse")]
    assert divergence(model, found.recipe) <= divergence(model, "fuse+bf16")


@pytest.mark.slow
def test_a_landing_that_a_neighbour_disturbed_is_measured_again(model: Model, timed: Timed) -> None:
    calls: dict[str, int] = {}

    def disturbed(name: str, work: float) -> float:
        calls[name] = calls.get(name, 0) + 1
        first = calls[name] == 1 and CHANCE not in name
        return (0.1 + 0.9 * work) * (0.55 if first else 1)

    timed(disturbed)
    found = search("target:latency=0.5,using=shrink", bench(model))
    assert found.value == pytest.approx(0.5, rel=TOLERANCE)
    assert calls[found.recipe] == 5, "thrice, and twice more because they differed"


@pytest.mark.slow
def test_a_landing_beside_the_budget_is_corrected(model: Model, timed: Timed) -> None:
    timed(lambda name, work: (0.1 + 0.9 * work) * (1 if CHANCE in name else 1.08))
    found = search("target:latency=0.6,using=shrink", bench(model))
    work = macs(bench(model).build(parse(found.recipe, TECHNIQUES)), ReferenceCost(model, small.pixels()))
    assert found.value == pytest.approx(1.08 * (0.1 + 0.9 * work))
    assert found.value == pytest.approx(0.6, rel=TOLERANCE)


@pytest.mark.slow
def test_time_is_tried_only_on_ways_whose_answers_are_the_best(model: Model, timed: Timed) -> None:
    noted: list[str] = []

    def time(name: str, work: float) -> float:
        noted.append(name)
        return 0.1 + 0.9 * work

    timed(time)
    found = search("target:latency=0.6,using=shrink", bench(model))
    assert found.value == pytest.approx(0.6, rel=TOLERANCE)
    steps = {name.split(",repair")[0].split("mlp=")[-1].partition(",")[2] for name in noted if CHANCE in name}
    assert len(steps) <= 4, "two ways, or one more that did not land, and nothing at all"


@pytest.mark.slow
def test_of_those_that_land_the_one_that_answers_most_alike_is_taken(model: Model) -> None:
    tried: list[str] = []
    found = search("target:macs=0.6,using=shrink", bench(model, tried))
    earnest = [*dict.fromkeys(text for text in tried if "shrink" in text and CHANCE not in text)]
    assert len(earnest) > 2
    whole = ReferenceCost(model, small.pixels())
    costs = {
        text: divergence(model, text)
        for text in earnest
        if abs(macs(bench(model).build(parse(text, TECHNIQUES)), whole) / 0.6 - 1) <= TOLERANCE
    }
    assert found.recipe == min(costs, key=lambda text: costs[text])


def unknown() -> Sensitivity:
    raise VidcompressError("of whose blocks nothing is known here")


def test_bytes_of_a_model_whose_blocks_nobody_knows_are_met_by_zeros(model: Model) -> None:
    wanted = parse("target:size=0.6,using=prune-global|shrink", TECHNIQUES)
    found = BudgetSearch(wanted, bench(model)).found(unknown)
    assert found.recipe.startswith("prune-global:")
    assert found.left_out == ("shrink: of whose blocks nothing is known here",)


def test_where_nothing_is_known_and_nothing_suffices_it_says_why(model: Model) -> None:
    with pytest.raises(
        VidcompressError, match=r"the nearest is .* left out is shrink: of whose blocks nothing"
    ):
        BudgetSearch(parse("target:macs=0.3", TECHNIQUES), bench(model)).found(unknown)


def test_what_cannot_be_tried_is_left_out_and_named(model: Model) -> None:
    plain = bench(model)

    def refusing(recipe: Recipe) -> Variant:
        if "int8-weights" in recipe.text or "fuse" in recipe.text:
            raise VidcompressError("cannot run here")
        return plain.build(recipe)

    found = search(
        "target:size=0.4,using=fuse|fp16|int8-weights|prune-global", replace(plain, build=refusing)
    )
    assert found.recipe.endswith("+fp16")
    assert found.recipe.startswith("prune-global")
    assert found.left_out == ("int8-weights: cannot run here", "fuse: cannot run here")


@pytest.mark.parametrize("refused", ["prune-global", "shrink"])
def test_what_refuses_to_take_away_is_named(model: Model, refused: str) -> None:
    plain = bench(model)

    def refusing(recipe: Recipe) -> Variant:
        if refused in recipe.text:
            raise VidcompressError("there is nothing to take away")
        return plain.build(recipe)

    with pytest.raises(VidcompressError, match=rf"left out is {refused}: there is nothing to take away"):
        search(f"target:size=0.2,using={refused}", replace(plain, build=refusing))


def test_it_says_what_it_tries(model: Model) -> None:
    said: list[str] = []
    own: Callable[..., Any] = lambda what, done, total: said.append(what)  # noqa: E731
    search("target:size=0.7,using=prune-global", replace(bench(model), progress=own))
    assert said[0].startswith(f"looking for size 0.7 of {model.name}, try 1: fp32")


def test_what_learns_is_not_trained_at_every_try(model: Model) -> None:
    with pytest.raises(VidcompressError, match="would train at every try"):
        search("target:macs=0.5+finetune", bench(model))
