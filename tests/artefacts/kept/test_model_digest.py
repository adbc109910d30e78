"""A model as a digest of its content."""

from __future__ import annotations

from dataclasses import replace

import torch

from pytest_vidcompress.artefacts.kept.model_digest import model_digest
from tests.models import small


def test_what_it_is_called_does_not_count() -> None:
    model = small.model("videomae")
    assert model_digest(replace(model.copy(), name="elsewhere/videomae", notes=("a note",))) == model_digest(
        model
    )


def test_one_weight_counts() -> None:
    model = small.model("videomae")
    other = model.copy()
    with torch.no_grad():
        next(other.module.parameters()).view(-1)[0].add_(1e-6)
    assert model_digest(other) != model_digest(model)


def test_labels_and_pixels_count() -> None:
    model = small.model("videomae")
    assert model_digest(replace(model, labels=("a", "b", "c"))) != model_digest(model)
    assert model_digest(replace(model, profile=replace(model.profile, rate=2))) != model_digest(model)


def test_what_a_configuration_says_beside_the_weights_counts() -> None:
    model, other = small.model("videomae"), small.model("videomae", hidden_act="relu")
    assert model_digest(other) != model_digest(model)
