"""How much of the reference's is left of a variant."""

from __future__ import annotations

import pytest

from pytest_vidcompress.artefacts import save as artefact
from pytest_vidcompress.artefacts.variant import Variant, build
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.measure.latency.pair_times import PairTimes
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.run.target import yardsticks
from pytest_vidcompress.runtimes.registry import RUNTIMES
from tests.artefacts.variants import calibrating
from tests.models import small


@pytest.fixture(scope="module")
def model() -> Model:
    return small.model("videomae", num_hidden_layers=4)


def variant(of: Model, recipe: str) -> Variant:
    return build(parse(recipe, TECHNIQUES), of, calibrating(), RUNTIMES)


@pytest.mark.parametrize("name", yardsticks.YARDSTICKS)
def test_of_the_reference_all_is_left(model: Model, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yardsticks, "BUDGET_S", 0.2)
    monkeypatch.setattr(yardsticks, "MOST_S", 0.5)
    left = yardsticks.YARDSTICKS[name](
        variant(model, "fp32"), yardsticks.ReferenceCost(model, small.pixels())
    )
    # Bytes have the manifest on top; time is timed.
    assert left == pytest.approx(1, rel={"macs": 1e-9, "size": 0.2, "latency": 0.5}[name])


def test_half_the_blocks_are_less_work_fewer_bytes_and_less_time(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yardsticks, "BUDGET_S", 0.2)
    monkeypatch.setattr(yardsticks, "MOST_S", 0.5)
    small_one = variant(model, "shrink:blocks=2,repair=none,choice=random")
    reference = yardsticks.ReferenceCost(model, small.pixels())
    left = {name: measure(small_one, reference) for name, measure in yardsticks.YARDSTICKS.items()}
    assert left["macs"] < 0.9
    assert left["size"] == pytest.approx(small_one.size_bytes() / artefact.size_bytes(model.module))
    assert left["size"] < 0.9
    assert left["latency"] < 0.9


def paired(ratio: float, *, slow: float = 1.0, fast: int = 0) -> PairTimes:
    """Of 24 quiet pairs; `fast` of the variant's calls are not slowed."""
    variant = [0.01 * ratio * (1 if call < fast else slow) * (1 + 1e-4 * (call % 3)) for call in range(24)]
    return PairTimes(tuple(variant), tuple(0.01 * (1 + 1e-4 * (call % 5)) for call in range(24)))


def test_a_ratio_that_the_fastest_calls_say_too_is_known() -> None:
    assert yardsticks.is_known(paired(0.5))
    assert not yardsticks.is_known(paired(0.5, slow=1.3, fast=4))


def test_a_ratio_of_few_pairs_is_not_known() -> None:
    assert not yardsticks.is_known(paired(0.5).until(6))
