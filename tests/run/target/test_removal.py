"""Which of several ways of taking away is gone, and how far."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import pytest

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.run.target.bisection import TOLERANCE
from pytest_vidcompress.run.target.removal import Removal
from pytest_vidcompress.run.target.trials import Trial


@dataclass(frozen=True)
class Cut:
    """A way whose recipes say how far it is gone."""

    technique: str
    likely: float = 0.5

    def recipe(self, strength: float) -> str:
        return f"{self.technique}={strength}" if strength else ""

    draft = recipe

    def others(self, strength: float) -> Sequence[str]:
        return ()


class Scales:
    """Trials of which a tenth is left at the end of every way."""

    is_measured = False

    def __init__(self, costs: Mapping[str, float], refused: Collection[str] = ()) -> None:
        self.costs = costs
        self.refused = refused
        self.tried: list[str] = []
        """Ways that were gone in earnest."""

    def value(self, text: str) -> float:
        name, _, strength = text.partition("=")
        if name in self.refused:
            raise VidcompressError(f"{name} has nothing to give")
        return 1 - 0.9 * float(strength or 0)

    def kl(self, text: str) -> float:
        return self.costs[text.partition("=")[0]]

    def trial(self, text: str) -> Trial:
        self.tried.append(text.partition("=")[0])
        return Trial(text, self.value(text), self.kl(text))


def removal(share: float, scales: Scales) -> Removal:
    return Removal(share, scales, Trial("", 1.0))  # type: ignore[arg-type]


WAYS = (Cut("neurons"), Cut("heads"), Cut("zeros"))


def test_what_lands_and_answers_most_alike_is_taken_and_few_are_gone() -> None:
    scales = Scales({"neurons": 0.3, "heads": 0.1, "zeros": 0.2})
    best = removal(0.4, scales).best(WAYS)
    assert best is not None
    assert best.recipe.startswith("heads=")
    assert best.value == pytest.approx(0.4, rel=TOLERANCE)
    assert scales.tried == ["heads", "zeros"]


def test_what_refuses_is_noted_by_its_technique_and_the_others_are_gone() -> None:
    of = removal(0.4, Scales({"zeros": 0.2}, refused=("neurons", "heads")))
    best = of.best((Cut("neurons"), *WAYS))
    assert best is not None
    assert best.recipe.startswith("zeros=")
    assert of.refused == {
        "neurons": ["neurons has nothing to give"] * 2,
        "heads": ["heads has nothing to give"],
    }


def test_where_no_way_leads_there_its_end_is_noted() -> None:
    of = removal(0.05, Scales({"zeros": 0.2}))
    assert of.best(WAYS[2:]) is None
    assert [trial.value for trial in of.missed] == [pytest.approx(0.1)]
