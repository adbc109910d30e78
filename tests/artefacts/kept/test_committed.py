"""Learned variants that come with a repository."""

from __future__ import annotations

from pathlib import Path

import pytest
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


LONG = "+".join(["prune-global:amount=0.55"] * 8)


def test_folders_are_named_by_model_and_recipe(tmp_path: Path) -> None:
    text = "shrink:mlp=0.5,heads=0.5+nudge"
    place = CommittedPlace(tmp_path, "/home/me/checkpoints/mine", recipe(text))
    assert place.folder == place.found == tmp_path / "mine" / "shrink-mlp=0.5,heads=0.5+nudge"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("videomae", "prune-global:layers=:1"), ("videomae", "prune-global:layers=-1")),
        (("videomae", f"{LONG}+nudge"), ("videomae", f"{LONG}+prune-global")),
        (("ours/videomae", "nudge"), ("theirs/videomae", "nudge")),
        (("/home/me/my model", "nudge"), ("/home/me/my-model", "nudge")),
    ],
)
def test_what_a_name_cannot_say_is_told_apart(
    one: tuple[str, str], other: tuple[str, str], tmp_path: Path
) -> None:
    places = [CommittedPlace(tmp_path, model, recipe(text)) for model, text in (one, other)]
    assert places[0].folder != places[1].folder
    assert all(part.isprintable() and len(part) <= 150 for part in places[0].folder.parts)


def test_a_checkpoint_has_one_name_wherever_it_is(tmp_path: Path) -> None:
    places = [CommittedPlace(tmp_path, f"/home/{user}/my model", recipe()) for user in ("me", "you")]
    assert places[0].folder == places[1].folder


def test_one_that_was_stored_before_names_told_all_apart_is_found(tmp_path: Path) -> None:
    model = small.model("videomae")
    place = CommittedPlace(tmp_path, "owner/my model", recipe("prune-global:layers=:-1+nudge"))
    before = tmp_path / "my-model" / "prune-global-layers=--1+nudge"
    assert place.found == place.folder
    place.write(learned(model), record())
    before.parent.mkdir()
    place.folder.rename(before)
    assert place.found == before
    place.write(learned(model), record())
    assert place.found == place.folder != before


def test_those_that_are_there(tmp_path: Path) -> None:
    model = small.model("videomae")
    for name in ("videomae", "another"):
        CommittedPlace(tmp_path, name, recipe()).write(learned(model), record())
    (tmp_path / "videomae" / "no-artefact").mkdir()
    assert [*committed_folders(tmp_path)] == [tmp_path / "another" / "nudge", tmp_path / "videomae" / "nudge"]
    assert [*committed_folders(tmp_path / "nowhere")] == []
