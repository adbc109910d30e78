"""Learned variants that come with a repository."""

from __future__ import annotations

from pathlib import Path

import torch

from pytest_vidcompress.artefacts.kept.committed import CommittedPlace, committed_folders
from pytest_vidcompress.artefacts.kept.learned_record import read_record
from pytest_vidcompress.artefacts.kept.stored_model import take
from tests.artefacts.kept.lessons_learned import KNOWN, learned, recipe, record
from tests.models import small


def test_it_takes_half_the_bytes_and_answers_nearly_as_it_was_trained(tmp_path: Path) -> None:
    model = small.model("videomae")
    made, logits = learned(model), small.logits(model.module)
    place = CommittedPlace(tmp_path, "videomae", recipe())
    place.write(made, record())
    taken = take(place.folder, model, KNOWN)
    torch.testing.assert_close(small.logits(taken.module), small.logits(made.module), atol=2e-2, rtol=0)
    assert {each.dtype for each in taken.module.parameters()} == {torch.float32}
    assert torch.equal(small.logits(model.module), logits)
    halves = read_record(place.folder)
    assert halves is not None
    assert len(halves.halves) > 10
    assert {each.dtype for each in made.module.parameters()} == {torch.float32}, (
        "what was given is left alone"
    )


def test_folders_are_named_by_model_and_recipe(tmp_path: Path) -> None:
    place = CommittedPlace(tmp_path, "/home/me/checkpoints/my model", recipe("prune-global:layers=:-1+nudge"))
    assert place.folder == tmp_path / "my-model" / "prune-global-layers=--1+nudge"


def test_those_that_are_there(tmp_path: Path) -> None:
    model = small.model("videomae")
    for name in ("videomae", "another"):
        CommittedPlace(tmp_path, name, recipe()).write(learned(model), record())
    (tmp_path / "videomae" / "no-artefact").mkdir()
    assert [*committed_folders(tmp_path)] == [tmp_path / "another" / "nudge", tmp_path / "videomae" / "nudge"]
    assert [*committed_folders(tmp_path / "nowhere")] == []
