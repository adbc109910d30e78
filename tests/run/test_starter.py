"""What a session starts cold: as artefacts where there are some, as pickles beside what has none."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from pytest_vidcompress.artefacts.variant import Variant
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.compress.technique import Technique
from pytest_vidcompress.measure.latency.blocks import Confirmation
from pytest_vidcompress.measure.start import package
from pytest_vidcompress.measure.subject import Subject
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.run.starter import Starter, StartTrial
from pytest_vidcompress.runtimes.registry import RUNTIMES
from pytest_vidcompress.runtimes.runtime import Runtime
from pytest_vidcompress.runtimes.torch_eager import TORCH
from tests.models.packaged import packaged

HERE = sys.modules[__name__]


@pytest.fixture(scope="module")
def model() -> Model:
    return packaged("videomae")


@pytest.fixture
def starter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Starter]:
    """With a folder of its own, for its files and for the lock that timings take turns by."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    starter = Starter(tuple(sys.path), TECHNIQUES, RUNTIMES)
    yield starter
    starter.close()


def trial(model: Model, target: Any) -> StartTrial:
    profile = model.profile
    pixels = torch.zeros(1, profile.frames, 3, profile.size, profile.size)
    return StartTrial(Subject.of(target), model, pixels, 2, HERE)


def never(_: Confirmation) -> bool:
    return False


def variant(model: Model, recipe: str = "fp32", techniques: Any = TECHNIQUES) -> Variant:
    steps = parse(recipe, techniques)
    made = steps.apply(model, None)  # pyright: ignore[reportArgumentType]
    return Variant(steps, made, made.module, "torch", TORCH)


@pytest.mark.slow
def test_a_variant_starts_from_its_artefact_and_its_reference_from_its_own(
    starter: Starter, model: Model
) -> None:
    start = starter.start(trial(model, variant(model, "prune-global")), never)
    assert (start.absent, start.crash) == ("", "")
    assert len(start.variant) == len(start.reference) == 2
    # Reading and checking files is work; that of a pickle would be less.
    assert all(each.load_s > each.prepare_s for each in (*start.variant, *start.reference))
    files = {path.name for path in Path(os.environ["TMPDIR"]).rglob("*.safetensors")}
    assert files == {"model.safetensors"}
    starter.close()
    assert not [*Path(os.environ["TMPDIR"]).rglob("*.safetensors")]


@pytest.mark.slow
def test_beside_what_has_no_artefact_the_reference_has_none_either(
    starter: Starter, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        pytest.fail("nothing is saved as an artefact")

    monkeypatch.setattr(Variant, "save", refused)
    start = starter.start(trial(model, answering), never)
    assert (start.absent, start.crash, len(start.variant)) == ("", "", 2)
    assert package.Package("torch", file="x").as_json() == {"runtime": "torch", "file": "x"}


def answering(pixels: torch.Tensor) -> torch.Tensor:
    return pixels.flatten(1)[:, :16]


def test_what_cannot_be_sent_has_no_start(starter: Starter, model: Model) -> None:
    lock = threading.Lock()
    start = starter.start(trial(model, lambda pixels: lock), never)
    assert start.absent.startswith("it cannot be sent to another process (cannot pickle")
    assert (start.crash, start.ratio) == ("", None)


@pytest.mark.slow
def test_what_hooks_added_is_known_where_things_start(model: Model, tmp_path: Path, starter: Starter) -> None:
    techniques = {**TECHNIQUES, "mine": Technique("nothing", lambda model, parameters, clips: model)}
    starter.techniques = techniques
    starter.runtimes = {**RUNTIMES, "mine": Runtime(prepare=_prepare, version=lambda: "mine1", build=_build)}
    made = replace(variant(model, "mine", techniques), runtime="mine", executes=starter.runtimes["mine"])
    start = starter.start(trial(model, made), never)
    assert (start.absent, start.crash, len(start.variant)) == ("", "", 2)


def _prepare(model: Model) -> Any:
    return model.module.eval()


def _build(run: Any) -> None:
    assert callable(run)
