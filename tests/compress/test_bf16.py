from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from pytest_vidcompress.artefacts.load import load
from pytest_vidcompress.artefacts.save import size_bytes
from pytest_vidcompress.artefacts.variant import build
from pytest_vidcompress.compress.bf16 import BF16
from pytest_vidcompress.compress.parameters import Nothing
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.models.safetensors_header import described
from pytest_vidcompress.runtimes.registry import RUNTIMES
from tests.models.cnn import cnn
from tests.models.packaged import packaged, spare
from tests.models.small import FAMILIES, NO_CLIPS, model, pixels


def made(recipe: str, of: Any, clips: Any = NO_CLIPS) -> Any:
    return parse(recipe, TECHNIQUES).apply(of, clips)


@pytest.mark.parametrize("family", FAMILIES)
def test_floats_are_stored_in_half_the_bytes(family: str) -> None:
    original = model(family, hidden_size=64, intermediate_size=256)
    small = BF16.apply(original.copy(), Nothing(), NO_CLIPS)
    assert {parameter.dtype for parameter in small.module.parameters()} == {torch.bfloat16}
    assert size_bytes(small.module) / size_bytes(original.module) == pytest.approx(0.5, abs=0.02)


def test_numbers_are_rounded_and_counters_left_alone() -> None:
    of = cnn()
    small = made("bf16", of)
    for name, tensor in of.module.state_dict().items():
        stored = small.module.state_dict()[name]
        expected = tensor.bfloat16() if tensor.is_floating_point() else tensor
        assert torch.equal(stored, expected)
        assert stored.dtype == expected.dtype


def test_weights_that_are_shared_stay_shared() -> None:
    of = model("videomae")
    module: Any = of.module
    first, second = (module.videomae.encoder.layer[k].intermediate.dense for k in (0, 1))
    second.weight = first.weight
    small: Any = made("bf16", of).module
    assert small.videomae.encoder.layer[0].intermediate.dense.weight.dtype == torch.bfloat16
    assert (
        small.videomae.encoder.layer[0].intermediate.dense.weight
        is small.videomae.encoder.layer[1].intermediate.dense.weight
    )


def test_after_integers_it_rounds_what_they_leave_float() -> None:
    trained = packaged("videomae")
    clips = spare(trained, 4)
    before = made("fuse+int8-static", trained, clips).module.state_dict()
    after = made("fuse+int8-static+bf16", trained, clips).module.state_dict()
    changed = {name for name in before if after[name].dtype != before[name].dtype}
    assert {after[name].dtype for name in changed} == {torch.bfloat16}
    assert "blocks.0.norm.weight" in changed
    # What integers stand for is as it was: scales, zero points and the biases of their layers.
    same = {name for name in before if name.startswith(("blocks.0.qkv.", "classifier."))}
    assert len(same) >= 8
    assert not same & changed
    assert all(torch.equal(after[name], before[name]) for name in same)


@pytest.mark.parametrize(
    ("recipe", "runtime"),
    [
        *(("bf16", "torch"), ("bf16", "onnxruntime"), ("fuse+bf16", "torch")),
        pytest.param("fuse+bf16", "openvino", marks=pytest.mark.slow),
        pytest.param("bf16", "openvino", marks=pytest.mark.slow),
        pytest.param("fuse+bf16", "onnxruntime", marks=pytest.mark.slow),
    ],
)
def test_an_artefact_gives_the_same_bits_when_it_is_loaded(recipe: str, runtime: str, tmp_path: Path) -> None:
    if RUNTIMES[runtime].missing:
        pytest.skip(f"{runtime}: {RUNTIMES[runtime].missing}")
    variant = build(parse(recipe, TECHNIQUES), model("timesformer"), NO_CLIPS, RUNTIMES, runtime)
    variant.save(tmp_path)
    again = load(tmp_path, runtime)
    with torch.inference_mode():
        expected, found = variant.module(pixels()), again.module(pixels())
    expected, found = (getattr(each, "logits", each) for each in (expected, found))
    assert found.dtype == torch.float32
    assert torch.equal(found, expected)
    if runtime == "torch":
        stored = described(tmp_path / "model.safetensors")
        assert {each.dtype for each in stored} == {"bfloat16"}


def test_what_follows_integers_is_loaded_again(tmp_path: Path) -> None:
    trained = packaged("videomae")
    recipe = parse("fuse+int8-static+bf16@torch", TECHNIQUES)
    variant = build(recipe, trained, spare(trained, 4), RUNTIMES)
    variant.save(tmp_path)
    clip = torch.randn(1, 8, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        assert torch.equal(load(tmp_path).module(clip), variant.module(clip))
