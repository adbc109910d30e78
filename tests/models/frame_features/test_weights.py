from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.models.frame_features.frame_classifier import frame_classifier
from pytest_vidcompress.models.frame_features.weights import save_checkpoint
from tests.models.frame_features.small import (
    LABELS,
    NAMES,
    PROFILE,
    checkpoint,
    load_classifier,
    logits,
    settings,
)


@pytest.mark.parametrize("name", NAMES)
def test_a_checkpoint_answers_as_what_was_saved(name: str, tmp_path: Path) -> None:
    saved = checkpoint(tmp_path, name)
    loaded = load_classifier(tmp_path, settings(name))
    assert torch.equal(logits(loaded), logits(saved))
    assert not loaded.training
    # Its backbone is frozen.
    learned = {name.partition(".")[0] for name, each in loaded.named_parameters() if each.requires_grad}
    assert learned == {"aggregator", "classifier"}
    assert not any(each.is_meta for each in (*loaded.parameters(), *loaded.buffers()))


def test_halves_are_widened_and_counters_stay(tmp_path: Path) -> None:
    checkpoint(tmp_path, "netvlad")
    file = tmp_path / "model.safetensors"
    save_file(
        {name: each.half() if each.is_floating_point() else each for name, each in load_file(file).items()},
        file,
    )
    loaded = load_classifier(tmp_path, settings("netvlad"))
    assert {each.dtype for each in loaded.parameters()} == {torch.float32}
    assert loaded.state_dict()["aggregator.hidden_norm.num_batches_tracked"].dtype == torch.int64


def without(name: str) -> Callable[[dict[str, torch.Tensor]], None]:
    return lambda tensors: tensors.__delitem__(name)


def with_another(tensors: dict[str, torch.Tensor]) -> None:
    tensors["other"] = torch.zeros(2)


def wider(tensors: dict[str, torch.Tensor]) -> None:
    tensors["classifier.weight"] = torch.zeros(3, 99)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (without("classifier.bias"), "1 missing, such as classifier.bias"),
        (with_another, "1 unknown, such as other"),
        (wider, "1 of another shape, such as classifier.weight"),
    ],
)
def test_other_tensors_are_refused_by_name(change: Any, words: str, tmp_path: Path) -> None:
    checkpoint(tmp_path, "hrnn")
    tensors = load_file(tmp_path / "model.safetensors")
    change(tensors)
    save_file(tensors, tmp_path / "model.safetensors")
    with pytest.raises(VidcompressError) as caught:
        load_classifier(tmp_path, settings("hrnn"))
    assert f"its tensors are not those that config.json describes: {words}" in str(caught.value)


def test_a_missing_and_a_damaged_file_are_said(tmp_path: Path) -> None:
    checkpoint(tmp_path, "hrnn")
    file = tmp_path / "model.safetensors"
    file.write_bytes(file.read_bytes()[:99])
    with pytest.raises(VidcompressError, match=r"cannot be loaded: model.safetensors is damaged"):
        load_classifier(tmp_path, settings("hrnn"))
    file.unlink()
    with pytest.raises(VidcompressError, match=r"cannot be loaded: there is no model\.safetensors"):
        load_classifier(tmp_path, settings("hrnn"))


def test_parts_of_somebody_are_in_no_checkpoint(tmp_path: Path) -> None:
    own = frame_classifier(nn.Conv2d(3, 6, 4), "hrnn", labels=LABELS, profile=PROFILE, hidden=4)
    with pytest.raises(VidcompressError, match="a module of your own, which no config"):
        save_checkpoint(own, PROFILE, tmp_path)


def test_a_checkpoint_says_how_it_is_shown_clips(tmp_path: Path) -> None:
    checkpoint(tmp_path, "hrnn")
    assert json.loads((tmp_path / "profile.json").read_text()) == {
        "rate": 2,
        "sampling": "stride",
        "published": "1x1",
    }
