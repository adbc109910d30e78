"""What is tried on the way to a budget: built when it must be, weighed once, and more often where it is measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from pytest_vidcompress.artefacts.variant import Variant, build
from pytest_vidcompress.compress.recipe import Recipe, parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.compress.target import Target
from pytest_vidcompress.run.target import trials
from pytest_vidcompress.run.target.trials import Trials, Workbench
from pytest_vidcompress.runtimes.registry import RUNTIMES
from tests.artefacts.variants import calibrating
from tests.models import small

LATENCY, SIZE = Target(latency=0.5), Target(size=0.5)
Weighs = Callable[..., list[str]]


@pytest.fixture(scope="module")
def bench() -> Workbench:
    model = small.model("videomae")

    def built(recipe: Recipe) -> Variant:
        return build(recipe, model, calibrating(), RUNTIMES)

    return Workbench(model, small.pixels(), calibrating(), lambda text: parse(text, TECHNIQUES), built)


@pytest.fixture
def weighs(monkeypatch: pytest.MonkeyPatch) -> Weighs:
    """Says what is found one time after another; gives the names of what was weighed."""

    def say(metric: str, found: Sequence[float]) -> list[str]:
        weighed: list[str] = []

        def weigh(variant: Variant, reference: object) -> float:
            weighed.append(variant.name)
            return found[len(weighed) - 1]

        monkeypatch.setattr(trials, "YARDSTICKS", {metric: weigh})
        return weighed

    return say


def test_a_recipe_is_built_and_weighed_once(bench: Workbench, weighs: Weighs) -> None:
    weighed, of = weighs("size", [0.5, 0.25]), Trials(SIZE, "", bench)
    assert [of.value("fp16"), of.value("fp16")] == [0.5, 0.5]
    assert of.kl("fp16") >= 0
    assert of.number == 1
    assert of.value("prune-global") == 0.25
    assert of.number == 2
    assert weighed == ["fp16", "prune-global"]


@pytest.mark.parametrize(("found", "value"), [([0.5, 0.51, 0.52], 0.51), ([0.5, 0.9, 0.5, 0.5, 0.5], 0.5)])
def test_what_is_measured_is_the_median_of_several_of_more_where_they_differ(
    bench: Workbench, weighs: Weighs, found: list[float], value: float
) -> None:
    weighed, of = weighs("latency", found), Trials(LATENCY, "", bench)
    assert of.trial("fp16") == of.trial("fp16")
    assert of.trial("fp16").value == value
    assert len(weighed) == len(found)


@pytest.mark.parametrize(("target", "times"), [(LATENCY, 2), (SIZE, 1)])
def test_what_is_counted_is_not_forgotten(
    bench: Workbench, weighs: Weighs, target: Target, times: int
) -> None:
    weighed, of = weighs(target.metric, [0.5, 0.5]), Trials(target, "", bench)
    for _ in range(2):
        of.value("fp16")
        of.forget_measured()
    assert len(weighed) == times


def test_a_recipe_is_typed_with_the_runtime_that_was_asked_for(bench: Workbench) -> None:
    assert Trials(SIZE, "openvino", bench).typed("fp16") == "fp16@openvino"
    assert Trials(SIZE, "", bench).typed("fp16") == "fp16"


def test_the_whole_model_agrees_with_itself(bench: Workbench) -> None:
    of = Trials(SIZE, "", bench)
    trial = of.trial("")
    assert (trial.agreement, of.clips) == (1.0, 4)
    assert trial.kl == pytest.approx(0, abs=1e-6)
