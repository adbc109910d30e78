"""A module as files: what is read of them is regular, bounded and of the right form, or refused in a line."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

from pytest_vidcompress.artefacts.tensor_files import (
    read_config,
    read_tensors,
    stage_configurations,
    write,
)
from pytest_vidcompress.errors import VidcompressError


def test_tensors_come_back_in_the_order_of_their_axes(tmp_path: Path) -> None:
    module = nn.Linear(3, 2)
    module.weight = nn.Parameter(torch.arange(6.0).view(3, 2).t())
    _, orders, _ = write(module, tmp_path)
    assert orders == {"weight": (1, 0)}
    again = read_tensors(tmp_path, orders, {})
    assert torch.equal(again["weight"], module.weight)
    assert again["weight"].stride() == module.weight.stride()


@pytest.mark.parametrize("axes", [(0, 5), (1, 1), (0,), (1, 0, 2)])
def test_axes_that_are_not_the_tensor_s_are_refused(axes: tuple[int, ...], tmp_path: Path) -> None:
    write(nn.Linear(3, 2), tmp_path)
    with pytest.raises(
        VidcompressError, match=r"model\.safetensors cannot be read \(.*\): save the variant again"
    ):
        read_tensors(tmp_path, {"weight": axes}, {})


CONFIGURATIONS: dict[str, tuple[Callable[[Path], object], str]] = {
    "none": (lambda at: None, "No such file"),
    "half": (lambda at: at.write_text('{"a": '), "it is no JSON"),
    "a list": (lambda at: at.write_text("[]"), r"config\.json: expected an object, found a list"),
    "deep": (lambda at: at.write_text("[" * 100_000), "nested deeper than 32 levels"),
    "gigabytes": (lambda at: (at.touch(), os.truncate(at, 4 << 30)), "it is longer than 16,777,216 bytes"),
    "a pipe": (lambda at: os.mkfifo(at), "it is no regular file"),
    "endless": (lambda at: at.symlink_to("/dev/zero"), "it is no regular file"),
}


@pytest.mark.parametrize("what", CONFIGURATIONS)
def test_a_configuration_that_is_none_is_one_line(what: str, tmp_path: Path) -> None:
    make, why = CONFIGURATIONS[what]
    make(tmp_path / "config.json")
    with pytest.raises(
        VidcompressError, match=rf"^config\.json is damaged \(.*{why}.*\): save the variant again$"
    ):
        read_config(tmp_path)


def test_a_cascade_has_the_configurations_of_its_stages() -> None:
    stage = {"model_type": "videomae"}
    both = {"model_type": "cascade", "first": stage, "then": {**stage, "num_frames": 4}}
    assert stage_configurations(both) == (stage, {**stage, "num_frames": 4})
    assert stage_configurations(stage) == ()
    for damaged in ({"model_type": "cascade", "first": stage}, {**both, "then": [stage]}):
        with pytest.raises(
            VidcompressError, match=r"^config\.json is damaged \(.*then.*\): save the variant again"
        ):
            stage_configurations(damaged)
