"""The budgets of a run: each is looked for once, and what is measured for it is where the run is."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.compress.recipe import Recipe
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.measure.sensitivity.sensitivity import Sensitivity
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.present.variants.variant_notes import FoundRecipe, VariantNotes
from pytest_vidcompress.run.inputs import Inputs
from pytest_vidcompress.run.options import Options
from pytest_vidcompress.run.registries import Registries
from pytest_vidcompress.run.target import targets
from pytest_vidcompress.run.target.targets import Targets
from tests.run.target.sensitivities import sensitivity

MODEL = "videomae"
META = torch.device("meta")
"""A place that is not the CPU, on any machine."""


def nothing(recipe: Recipe, model: str) -> None:
    """Builds no variant."""


class Run:
    """A run of pytest, as far as budgets are looked for in it."""

    def __init__(self, cache: Path) -> None:
        options = Options({"vc-model": (MODEL,), "vc-sample": 2, "vc-calibration": 2, "vc-cache": cache})
        self.inputs = Inputs(options, Registries.merge([], [], [], []))
        self.notes = VariantNotes()
        self.targets = Targets(options, self.inputs, nothing, self.notes)  # type: ignore[arg-type]

    def resolved(self, text: str) -> str:
        return str(self.targets.resolved(self.inputs.choices.recipe(text), MODEL))


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path)


@pytest.fixture
def searched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The budgets that were searched for; those of MACs are never met."""
    seen: list[str] = []

    class Search:
        def __init__(self, wanted: Recipe, bench: object) -> None:
            self.wanted = str(wanted)

        def found(self, sensitivity: object) -> FoundRecipe:
            seen.append(self.wanted)
            if "macs" in self.wanted:
                raise VidcompressError(f"{self.wanted} cannot be met")
            return FoundRecipe(MODEL, "size", 0.5, "fp16", 0.5, 1)

    monkeypatch.setattr(targets, "BudgetSearch", Search)
    return seen


def test_what_meets_a_budget_is_looked_for_once_and_noted(run: Run, searched: list[str]) -> None:
    assert [run.resolved("target:size=0.5") for _ in range(2)] == ["fp16", "fp16"]
    assert searched == ["target:size=0.5"]
    assert [*run.notes.targets] == ["target:size=0.5 of videomae"]


def test_what_nothing_meets_is_looked_for_once_too(run: Run, searched: list[str]) -> None:
    for _ in range(3):
        with pytest.raises(VidcompressError, match=r"target:macs=0\.1 cannot be met"):
            run.resolved("target:macs=0.1")
    assert searched == ["target:macs=0.1"]
    assert run.resolved("target:size=0.5") == "fp16"


def test_a_sensitivity_is_measured_on_the_device_of_the_run(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    places: list[torch.device] = []

    def measured(model: Model, clips: Clips, *_: object) -> Sensitivity:
        pixels, _labels = next(iter(clips.batches(1)))
        places.extend((model.device, pixels.device))
        return sensitivity()

    monkeypatch.setattr(targets, "cached_sensitivity", measured)
    monkeypatch.setattr("pytest_vidcompress.models.device.has_doubles", lambda device: device.type == "cpu")
    run.inputs.__dict__["device"] = META
    run.targets.sensitivity(MODEL)
    assert places == [META, META]
    assert run.targets.sensitivity(MODEL) == sensitivity()
    assert len(places) == 2
