"""A learned model in a folder, and back in the place of the uncompressed one."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from pytest_vidcompress.artefacts.kept.stored_model import store, take
from pytest_vidcompress.clips.profile import Profile, Views
from pytest_vidcompress.models.model import Model
from tests.artefacts.kept.lessons_learned import CURVE, KNOWN, learned, recipe, record
from tests.models import small


@pytest.fixture(scope="module")
def model() -> Model:
    return small.model("timesformer")


def test_it_is_taken_bit_for_bit_with_its_curve(model: Model, tmp_path: Path) -> None:
    made = replace(learned(model), notes=("a note",))
    store(made, recipe(), record(), tmp_path / "it")
    taken = take(tmp_path / "it", model, KNOWN)
    assert torch.equal(small.logits(taken.module), small.logits(made.module))
    assert not torch.equal(small.logits(taken.module), small.logits(model.module))
    assert (taken.name, taken.notes, taken.curves) == (model.name, ("a note",), (CURVE,))


def test_it_looks_at_as_much_as_this_run_s_reference(model: Model, tmp_path: Path) -> None:
    store(learned(model), recipe(), record(), tmp_path / "it")
    shown = model.shown(Views(2, 3))
    assert take(tmp_path / "it", shown, KNOWN).profile == shown.profile


def test_a_model_of_a_hook_s_is_built_by_the_reference(tmp_path: Path) -> None:
    layers = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(2 * 3 * 8 * 8, 2)).eval()
    own = Model("own", layers, Profile(2, 1, 8), ("a", "b"))
    made = learned(own)
    store(made, recipe(), record(), tmp_path / "it")
    pixels = torch.randn(1, 2, 3, 8, 8)
    assert torch.equal(take(tmp_path / "it", own, KNOWN).module(pixels), made.module(pixels))
    assert not torch.equal(own.module(pixels), made.module(pixels))


def test_in_a_fresh_process_too(model: Model, tmp_path: Path) -> None:
    made = learned(model)
    store(made, recipe(), record(), tmp_path / "it")
    said = subprocess.run(
        [sys.executable, "-c", FRESH, str(tmp_path / "it")], capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == small.logits(made.module).numpy().tobytes().hex()


FRESH = """
import sys
from pathlib import Path
from pytest_vidcompress.artefacts.kept.stored_model import take
from tests.artefacts.kept.lessons_learned import KNOWN
from tests.models import small
taken = take(Path(sys.argv[1]), small.model("timesformer"), KNOWN)
print(small.logits(taken.module).numpy().tobytes().hex())
"""
