"""training/learned.py: what it stores is what a run of the suite takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_vidcompress.artefacts.kept.learned_origin import Origin
from pytest_vidcompress.present.variants.variant_notes import VariantNotes
from pytest_vidcompress.run.inputs import Inputs
from pytest_vidcompress.run.options import Options
from pytest_vidcompress.run.registries import Registries
from pytest_vidcompress.run.variants.variant_builder import VariantBuilder
from training import learned

RECIPE = "finetune:steps=1,batch=2"


def test_what_it_stores_a_run_with_all_its_defaults_takes(tmp_path: Path) -> None:
    folder = learned.train(f"{RECIPE}+fp16", "videomae", root=tmp_path / "learned", runs=tmp_path / "runs")
    assert folder.parent == tmp_path / "learned" / "videomae"
    values = {"vc-model": ("videomae",), "vc-learn": "never", "vc-learned": tmp_path / "learned"}
    options, registries, notes = Options(values), Registries.merge([], [], [], []), VariantNotes()
    inputs = Inputs(options, registries)
    VariantBuilder(options, registries, inputs, notes).compressed(inputs.choices.recipe(RECIPE), "videomae")
    assert [each.origin for each in notes.learned.values()] == [Origin.REPOSITORY]
    (row,) = learned.table(tmp_path / "learned")[2:]
    assert row.startswith(f"| videomae | `{RECIPE}` | ")
    assert "| 1 steps, " in row


def test_the_page_shows_what_is_stored() -> None:
    page = learned.PAGE.read_text(encoding="utf-8")
    assert learned.write_table(page, learned.table()) == page, "run: python training/learned.py --table"


@pytest.mark.parametrize(
    ("model", "recipe"), [(model, recipe) for model, all_of in learned.RECIPES.items() for recipe in all_of]
)
def test_whatever_the_script_trains_is_there_and_small(model: str, recipe: str) -> None:
    rows = [row for row in learned.table() if row.startswith(f"| {model} | `{recipe}` | ")]
    assert len(rows) == 1, "run: python training/learned.py"
    assert float(rows[0].split("|")[3].replace(",", "")) < 2500
