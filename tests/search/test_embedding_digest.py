"""What makes vectors is another where its weights or its pixels are, and not where its texts are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch

from pytest_vidcompress.artefacts.kept.model_digest import model_digest
from pytest_vidcompress.models.load import load
from pytest_vidcompress.search.embedding_digest import embedding_digest
from tests.models.small import model
from tests.models.small_xclip import xclip_checkpoint


def test_texts_do_not_count(tmp_path: Path) -> None:
    xclip_checkpoint(tmp_path)
    one, other = (load(str(tmp_path), labels, "") for labels in (("a dog",), ("a cat", "a house")))
    assert model_digest(one) != model_digest(other)
    before = {name: value.clone() for name, value in one.module.state_dict().items()}
    assert embedding_digest(one) == embedding_digest(other)
    assert one.module.config.id2label == {0: "a dog"}
    assert all(torch.equal(before[name], value) for name, value in one.module.state_dict().items())
    assert embedding_digest(replace(one, profile=replace(one.profile, frames=16))) != embedding_digest(one)
    xclip_checkpoint(tmp_path, seed=1)
    assert embedding_digest(load(str(tmp_path), ("a dog",), "")) != embedding_digest(one)


def test_of_other_models_it_is_that_of_the_model() -> None:
    assert embedding_digest(model("videomae")) == model_digest(model("videomae"))
