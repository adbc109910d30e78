"""Artefacts of frame-feature models: loaded from their files alone, in this process and in another."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import nn

from pytest_vidcompress.artefacts.load import load
from pytest_vidcompress.artefacts.variant import Variant, build
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.models.frame_features.frame_classifier import FrameClassifier, frame_classifier
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.runtimes.registry import RUNTIMES
from tests.models.frame_features.small import LABELS, NAMES, NOISE, PROFILE, logits, model, pixels

RECIPES = ("fp32", "fp16", "fuse", "frames:keep=3+fuse", "fuse+int8-static@torch", "int8-weights+bf16")
FRESH = """
import sys, torch
from pytest_vidcompress.artefacts.load import load
with torch.inference_mode():
    print(load(sys.argv[1]).module(torch.load(sys.argv[2], weights_only=True)).tolist())
"""


def saved(recipe: str, of: Model, folder: Path) -> Variant:
    variant = build(parse(recipe, TECHNIQUES), of, NOISE, RUNTIMES)
    variant.save(folder)
    return variant


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("name", NAMES)
def test_an_artefact_is_loaded_without_the_checkpoint(name: str, recipe: str, tmp_path: Path) -> None:
    variant = saved(recipe, model(name), tmp_path / "kept")
    loaded = load(tmp_path / "kept")
    assert torch.equal(logits(loaded.module), logits(variant.module))
    assert (loaded.labels, loaded.profile.size) == (LABELS, 32)


def test_another_process_answers_bit_for_bit(tmp_path: Path) -> None:
    variant = saved("frames:keep=4+fuse", model("hrnn"), tmp_path / "kept")
    torch.save(pixels(), tmp_path / "pixels.pt")
    script = [sys.executable, "-c", FRESH, str(tmp_path / "kept"), str(tmp_path / "pixels.pt")]
    said = subprocess.run(script, capture_output=True, text=True, check=True).stdout
    assert said.strip() == str(logits(variant.module).tolist())


def own_parts() -> FrameClassifier:
    torch.manual_seed(0)
    return frame_classifier(nn.Conv2d(3, 6, 8, 8), "hrnn", labels=LABELS, profile=PROFILE, hidden=4, block=4)


@pytest.mark.filterwarnings("ignore:what was saved of 'own' has no config.json")
def test_parts_of_somebody_are_built_by_his_own_function(tmp_path: Path) -> None:
    variant = saved("frames:keep=4", Model("own", own_parts(), PROFILE, LABELS), tmp_path / "kept")
    loaded = load(tmp_path / "kept", module=own_parts)
    assert torch.equal(logits(loaded.module), logits(variant.module))
