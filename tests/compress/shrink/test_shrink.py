"""What goes, what stays the same when it goes, and what cannot go."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
import torch
from torch import nn

from pytest_vidcompress.artefacts.load import load
from pytest_vidcompress.artefacts.save import size_bytes
from pytest_vidcompress.artefacts.variant import build
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.compress.shrink.anatomies import anatomy_of
from pytest_vidcompress.compress.shrink.structure_record import KEY, sizes_of
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.measure.cost.macs import work
from pytest_vidcompress.models.adapter import logits_from
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.runtimes.registry import RUNTIMES
from pytest_vidcompress.runtimes.torch_eager import executable
from tests.compress.shrink.noise import FEW, Noise, answers, distance, shrunk
from tests.models.small import NO_CLIPS, model, pixels

FAMILIES = ("timesformer", "videomae", "vivit")
DEEP = {"num_hidden_layers": 4, "num_attention_heads": 4, "hidden_size": 32}
EVERYTHING = "shrink:mlp=0.5,heads=0.25,blocks=1,width=0.25"


def parts(of: Model) -> tuple[Any, list[Any]]:
    anatomy = anatomy_of(of.module)
    assert anatomy is not None
    return anatomy, [*anatomy.blocks_of(of.module)]


@pytest.mark.parametrize("family", FAMILIES)
def test_neurons_that_never_change_go_for_nothing(family: str) -> None:
    """With the mean repaired: their mean is what they are."""
    of = model(family)
    anatomy, blocks = parts(of)
    for block in blocks:
        up = block.get_submodule(anatomy.up)
        up.weight.data[::2] = 0
    before = answers(of.module)
    made = shrunk("shrink:mlp=0.5,repair=mean", of)
    assert {sizes_of(*pair).neurons for pair in ((anatomy, each) for each in parts(made)[1])} == {24}
    assert distance(answers(made.module), before) < 1e-5
    assert distance(answers(shrunk("shrink:mlp=0.5,repair=none,choice=random", of).module), before) > 1e-2


@pytest.mark.parametrize("family", FAMILIES)
def test_a_neuron_that_is_there_twice_goes_for_nothing(family: str) -> None:
    of = model(family)
    anatomy, blocks = parts(of)
    for block in blocks:
        up = block.get_submodule(anatomy.up)
        up.weight.data[24:], up.bias.data[24:] = up.weight.data[:24].clone(), up.bias.data[:24].clone()
    made = shrunk("shrink:mlp=0.5", of)
    assert distance(answers(made.module), answers(of.module)) < 3e-3


@pytest.mark.parametrize("family", FAMILIES)
def test_a_head_that_is_there_twice_goes_for_nothing(family: str) -> None:
    of = model(family)
    anatomy, blocks = parts(of)
    for block in blocks:
        for names in anatomy.attentions:
            heads, size = anatomy.heads_of(block.get_submodule(names.inner))
            assert heads == 2
            for name in names.projections:
                layer = block.get_submodule(name)
                for tensor in filter(lambda each: each is not None, (layer.weight, layer.bias)):
                    by_head = tensor.data.unflatten(0, (-1, 2, size))
                    by_head[:, 1] = by_head[:, 0]
    made = shrunk("shrink:heads=0.5", of)
    assert distance(answers(made.module), answers(of.module)) < 1e-3
    assert {each.heads for each in (sizes_of(anatomy, block) for block in parts(made)[1])} == {
        (1,) * len(anatomy.attentions)
    }


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("repair", ["mean", "least-squares"])
def test_a_run_of_blocks_that_adds_what_never_changes_goes_for_nothing(family: str, repair: str) -> None:
    of = model(family, **DEEP)
    anatomy, blocks = parts(of)
    for block in blocks[1:3]:
        for name in (anatomy.down, *(each.writer or each.output for each in anatomy.attentions)):
            block.get_submodule(name).weight.data.zero_()
    # What only some of the tokens are given changes from token to token.
    if family == "timesformer":
        for block in blocks[1:3]:
            block.temporal_dense.bias.data.zero_()
    made = shrunk(f"shrink:blocks=2,repair={repair}", of)
    assert len(parts(made)[1]) == 2
    assert distance(answers(made.module), answers(of.module)) < 1e-3
    assert distance(answers(shrunk("shrink:blocks=2,repair=none", of).module), answers(of.module)) > 1e-3


@pytest.mark.parametrize("family", FAMILIES)
def test_multiplications_and_bytes_go(family: str) -> None:
    of = model(family, **DEEP)
    made = shrunk(EVERYTHING, of, FEW)
    before, after = work(of.module, pixels()).macs, work(made.module, pixels()).macs
    assert before
    assert after
    assert after < 0.65 * before
    assert size_bytes(made.module) < 0.8 * size_bytes(of.module)
    assert sum(each.numel() for each in made.module.parameters()) < 0.65 * sum(
        each.numel() for each in of.module.parameters()
    )


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(
    "recipe",
    ["shrink:mlp=0.5", "shrink:blocks=2", "shrink:mlp=0.5,blocks=0.25", "shrink:width=0.25,heads=0.25"],
)
def test_transformers_loads_what_a_configuration_can_say(family: str, recipe: str, tmp_path: Path) -> None:
    made = shrunk(recipe, model(family, **DEEP), FEW)
    module: Any = made.module
    assert hasattr(module.config, KEY) == (family == "videomae" and "width" in recipe), (
        "VideoMAE computes its table of places from the width"
    )
    module.save_pretrained(tmp_path)
    again = type(module).from_pretrained(tmp_path).eval()
    if not hasattr(module.config, KEY):
        assert torch.equal(answers(again), answers(module))


def test_vivit_says_how_large_its_heads_are(tmp_path: Path) -> None:
    module: Any = shrunk("shrink:heads=0.5", model("vivit")).module
    assert (module.config.num_attention_heads, module.config.head_dim) == (1, 12)
    module.save_pretrained(tmp_path)
    assert torch.equal(answers(type(module).from_pretrained(tmp_path).eval()), answers(module))


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(
    "recipe",
    [
        EVERYTHING,
        "shrink:mlp=0.5,heads=0.5,allocate=global",
        "shrink:heads=0.5+fuse+int8-static@torch",
        "shrink:mlp=0.3+shrink:blocks=1+fuse+fp16",
        "shrink:width=0.5+fuse+prune-global",
    ],
)
def test_an_artefact_is_loaded_bit_for_bit(family: str, recipe: str, tmp_path: Path) -> None:
    made = build(parse(recipe, TECHNIQUES), model(family, **DEEP), FEW, RUNTIMES)
    made.save(tmp_path)
    loaded = load(tmp_path)
    assert torch.equal(answers(loaded.module), answers(made.module))


def test_an_artefact_is_put_into_an_uncompressed_module_too(tmp_path: Path) -> None:
    made = build(parse(EVERYTHING, TECHNIQUES), model("videomae", **DEEP), FEW, RUNTIMES)
    made.save(tmp_path)
    loaded = load(tmp_path, module=lambda: model("videomae", **DEEP).module)
    assert torch.equal(answers(loaded.module), answers(made.module))


@pytest.mark.parametrize("family", FAMILIES)
def test_fusing_what_was_shrunk_changes_nothing(family: str) -> None:
    of = model(family, **DEEP)
    recipe = "shrink:mlp=0.25,heads=0.5,blocks=1,width=0.25"
    assert (
        distance(answers(shrunk(f"{recipe}+fuse", of, FEW).module), answers(shrunk(recipe, of, FEW).module))
        < 1e-4
    )


@pytest.mark.parametrize("family", ["timesformer", "videomae"])
def test_the_scopes_of_pruning_name_the_layers_that_are_left(family: str) -> None:
    made = shrunk("shrink:mlp=0.5,heads=0.5,blocks=1+prune-global:amount=0.5", model(family, **DEEP))
    anatomy, blocks = parts(made)
    for block in blocks:
        zeros = (block.get_submodule(anatomy.up).weight == 0).double().mean()
        assert 0.2 < float(zeros) < 0.8


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("axis", ["mlp=0.5", "heads=0.5", "blocks=1"])
def test_repair_is_nearer_than_none(family: str, axis: str) -> None:
    of = model(family, **DEEP)
    before = answers(of.module)
    far, near = (
        distance(answers(shrunk(f"shrink:{axis},repair={repair}", of, cast(Any, Noise(16))).module), before)
        for repair in ("none", "least-squares")
    )
    assert near < far


def test_chance_is_the_same_for_a_seed() -> None:
    of = model("videomae", **DEEP)
    first, again, other = (
        answers(
            shrunk(f"shrink:mlp=0.5,heads=0.5,choice=random,repair=none,seed={seed}", of, NO_CLIPS).module
        )
        for seed in (1, 1, 2)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


@pytest.mark.parametrize("repair", ["none", "mean", "least-squares"])
def test_the_same_clips_give_the_same_numbers(repair: str) -> None:
    of = model("timesformer", **DEEP)
    first, again = (shrunk(f"{EVERYTHING},repair={repair}", of, FEW).module.state_dict() for _ in range(2))
    assert all(torch.equal(tensor, again[name]) for name, tensor in first.items())


def test_the_model_that_was_given_stays_as_it_is() -> None:
    of = model("videomae", **DEEP)
    before = {name: tensor.clone() for name, tensor in of.module.state_dict().items()}
    config = cast(Any, of.module).config.to_dict()
    shrunk(EVERYTHING, of)
    assert all(torch.equal(tensor, before[name]) for name, tensor in of.module.state_dict().items())
    assert cast(Any, of.module).config.to_dict() == config


def test_allocated_neurons_are_as_many_in_all_and_not_everywhere() -> None:
    of = model("videomae", **DEEP)
    blocks = parts(of)[1]
    blocks[0].intermediate.dense.weight.data[:30] = 0
    made = shrunk("shrink:mlp=0.5,allocate=global,repair=mean", of)
    anatomy, left = parts(made)
    neurons = [sizes_of(anatomy, block).neurons for block in left]
    assert sum(neurons) == 4 * 24
    assert neurons[0] < 24 <= max(neurons)
    assert hasattr(cast(Any, made.module).config, KEY)


def test_neurons_that_are_allocated_by_chance_need_no_clips_and_go_from_every_block() -> None:
    of = model("videomae", **DEEP)
    anatomy = parts(of)[0]
    recipe = "shrink:mlp=0.5,allocate=global,choice=random,repair=none"
    by_seed = [
        [
            sizes_of(anatomy, block).neurons
            for block in parts(shrunk(f"{recipe},seed={seed}", of, NO_CLIPS))[1]
        ]
        for seed in (1, 2)
    ]
    for neurons in by_seed:
        assert sum(neurons) == 4 * 24
        assert max(neurons) < 40
    assert by_seed[0] != by_seed[1]


def test_a_share_is_asked_of_all_blocks_which_may_differ() -> None:
    of = model("videomae", **DEEP)
    parts(of)[1][0].intermediate.dense.weight.data[:] = 0
    made = shrunk("shrink:mlp=0.5,allocate=global,repair=mean+shrink:mlp=0.05,repair=mean", of)
    anatomy, left = parts(made)
    neurons = [sizes_of(anatomy, block).neurons for block in left]
    assert neurons[0] == 5, "of as few none goes"
    assert sum(neurons) < 4 * 24


@pytest.mark.parametrize(
    ("recipe", "says"),
    [
        ("shrink:mlp=0.99", r"mlp=0\.99 leaves none of 48 neurons or channels: expected at most 0\.979"),
        ("shrink:mlp=0.001", r"mlp=0\.001 removes none of 48 neurons or channels: expected at least 0\.0208"),
        ("shrink:mlp=0.95,allocate=global", r"mlp=0\.95 with allocate=global is more .* at most mlp=0\.9"),
        ("shrink:heads=0.9", r"heads=0\.9 leaves none of 4 heads: expected at most 0\.75"),
        ("shrink:heads=0.05", r"heads=0\.05 removes none of 4 heads: expected at least 0\.25"),
        ("shrink:blocks=4", r"blocks=4 removes 4 of 4 blocks: expected 1 to 3, or a share"),
        ("shrink:blocks=0.1", r"blocks=0\.1 removes none of 4 blocks: expected 1 to 3"),
        (
            "shrink:width=0.1",
            r"width=0\.1 leaves 28\.8 of 32 channels, which 4 heads cannot share: .*0\.125 \(28",
        ),
    ],
)
def test_impossible_shares_are_refused_with_what_is_possible(recipe: str, says: str) -> None:
    with pytest.raises(VidcompressError, match=says) as caught:
        shrunk(recipe, model("videomae", **DEEP))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("recipe", "says"),
    [
        ("shrink:mlp=1", r"mlp=1 is out of range: expected 0 <= mlp < 1"),
        ("shrink:blocks=1.5", r"blocks=1\.5 is no number of blocks, nor a share below 1"),
        ("shrink:repair=median", r"repair=median is unknown: expected one of none, mean, least-squares"),
        ("shrink:choice=best", r"choice=best is unknown"),
        ("shrink:allocate=local", r"allocate=local is unknown"),
    ],
)
def test_impossible_parameters_are_refused_when_a_recipe_is_read(recipe: str, says: str) -> None:
    with pytest.raises(VidcompressError, match=says):
        parse(recipe, TECHNIQUES)


def test_without_clips_to_calibrate_on_it_says_what_to_do() -> None:
    with pytest.raises(VidcompressError, match="smaller sample, or choose by chance and repair nothing"):
        shrunk("shrink:mlp=0.5", model("videomae"), NO_CLIPS)


def test_what_a_module_cannot_have_is_refused_by_name() -> None:
    of = model("xclip")
    with pytest.raises(
        VidcompressError, match=r"model 'xclip' is a XClipClassifier: leave heads and width out"
    ):
        shrunk("shrink:heads=0.5,width=0.5", of)
    with pytest.raises(VidcompressError, match="no two layers in a row"):
        shrunk("shrink", Model("mine", nn.Sequential(nn.Flatten()), of.profile, of.labels))


def test_alone_it_removes_a_quarter_of_the_neurons() -> None:
    made = shrunk("shrink", model("videomae"))
    assert cast(Any, made.module).config.intermediate_size == 36
    assert str(parse("shrink", TECHNIQUES)) == "shrink"


@pytest.mark.parametrize("runtime", ["openvino", "onnxruntime"])
@pytest.mark.parametrize(
    ("recipe", "apart"),
    [
        ("shrink:mlp=0.5,heads=0.25,blocks=1", 1e-4),
        ("shrink:mlp=0.5,heads=0.25+fuse", 1e-4),
        ("shrink:heads=0.25,width=0.25+fuse+int8-static", 0.15),
    ],
)
@pytest.mark.parametrize("family", ["timesformer", "videomae"])
@pytest.mark.slow
def test_other_runtimes_agree_with_torch(family: str, recipe: str, apart: float, runtime: str) -> None:
    executes = RUNTIMES[runtime]
    if executes.missing:
        pytest.skip(f"{runtime}: {executes.missing}")
    made = shrunk(recipe, model(family, **DEEP))
    found = logits_from(executes.prepare(made)(pixels(1)))
    with torch.inference_mode():
        expected = logits_from(executable(made.module)(pixels(1)))
    assert distance(found, expected) < apart
