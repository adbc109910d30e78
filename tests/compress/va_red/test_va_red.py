from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from pytest_vidcompress.artefacts.load import load
from pytest_vidcompress.artefacts.variant import build
from pytest_vidcompress.compress.layers.by_clip import refuse_by_clip
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.compress.va_red.policy import policy_of
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.runtimes.registry import RUNTIMES
from tests.compress.va_red.learned import lessons, made, model, skipping
from tests.models.convolutions.small import NOISE, logits, noise
from tests.models.small import NO_CLIPS

SHORT = "va-red:steps=4,batch=4"


@pytest.mark.parametrize("name", [pytest.param("r2plus1d", marks=pytest.mark.slow), "x3d", "i3d"])
def test_it_learns_on_every_family_and_an_artefact_answers_the_same(name: str, tmp_path: Path) -> None:
    text = SHORT if name == "i3d" else f"{SHORT},gate=soft,options=2"
    of = model(name)
    variant = build(parse(text, TECHNIQUES), of, NOISE, RUNTIMES, lessons=lessons(of, text))
    assert not torch.equal(logits(variant.module), logits(of.module))
    assert skipping(variant.module)
    variant.save(tmp_path)
    loaded = load(tmp_path)
    assert torch.equal(logits(loaded.module, noise(3)), logits(variant.module, noise(3)))
    assert any("gated convolutions in the mean of 6 clips" in note for note in variant.model.notes)


def test_a_heavy_weight_of_efficiency_saves_work() -> None:
    of = made("x3d", "va-red:steps=24,batch=4,efficiency=50,rate=0.03,options=2")
    assert policy_of(of.module, [noise(6)]).mean_share < 0.8


def test_a_training_is_the_same_again_and_draws_nobody_elses_numbers() -> None:
    torch.manual_seed(5)
    first = made("x3d", SHORT)
    drawn = torch.rand(1)
    torch.manual_seed(5)
    assert torch.equal(torch.rand(1), drawn)
    assert torch.equal(logits(made("x3d", SHORT, NO_CLIPS).module), logits(first.module))


def test_a_training_goes_on_where_its_checkpoint_is(tmp_path: Path) -> None:
    first, again = (
        parse(SHORT, TECHNIQUES).apply(model("x3d").copy(), NOISE, lessons(model("x3d"), SHORT, tmp_path))
        for _ in range(2)
    )
    assert torch.load(tmp_path / "1.checkpoint")["module"]["progress"] == 1
    assert torch.equal(logits(again.module), logits(first.module))


def test_it_follows_what_makes_convolutions_smaller() -> None:
    text = f"fuse+{SHORT}"
    assert skipping(made("r2plus1d", text).module)


@pytest.mark.parametrize("runtime", ["openvino", "onnxruntime"])
def test_a_runtime_of_one_shape_refuses_it(runtime: str) -> None:
    with pytest.raises(
        VidcompressError, match=f"runtime '{runtime}' cannot run .* depends on the clip.*@torch"
    ):
        refuse_by_clip(made("x3d", "va-red:steps=1,batch=2"), runtime)


def test_another_model_is_refused_in_one_line() -> None:
    of = replace(model("x3d"), name="mine", module=torch.nn.Sequential())
    with pytest.raises(
        VidcompressError, match=r"va-red knows I3d, R2plus1d, X3d, and model 'mine' is a Sequential: leave it"
    ):
        parse("va-red", TECHNIQUES).apply(of, NO_CLIPS, lessons(of, "va-red"))


def test_a_convolution_that_is_another_part_is_refused_by_its_name() -> None:
    changed = model("x3d").copy()
    changed.module.blocks[1].res_blocks[0].branch2.conv_a = torch.nn.Identity()
    with pytest.raises(
        VidcompressError,
        match=r"va-red gates .* layer 'blocks\.1\..*conv_a' of model 'x3d' is a Identity: put",
    ):
        parse("va-red", TECHNIQUES).apply(changed, NOISE, lessons(changed, "va-red"))


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ("gate=both", "gate=both is unknown: expected one of soft, hard"),
        ("options=4", "options=4 is out of range: expected 2 <= options < 4"),
        ("efficiency=-1", "efficiency=-1 is out of range"),
        ("target=1", "target=1 is out of range"),
        ("labels=0,prediction=0", "nothing to learn: expected a weight of labels or prediction"),
    ],
)
def test_parameters_that_cannot_be_are_refused(parameters: str, words: str) -> None:
    with pytest.raises(VidcompressError, match=words):
        parse(f"va-red:{parameters}", TECHNIQUES)


def test_nothing_can_come_after_it() -> None:
    with pytest.raises(VidcompressError, match="va-red must come last"):
        parse("va-red+fp16", TECHNIQUES)
