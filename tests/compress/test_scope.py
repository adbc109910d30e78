from __future__ import annotations

import math
from dataclasses import replace
from types import MappingProxyType

import pytest
import torch
from torch import nn

from pytest_vidcompress.clips.profile import Profile
from pytest_vidcompress.compress.scope import matrices
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.models.catalog import CATALOG
from pytest_vidcompress.models.model import Model
from tests.models.cnn import CONVOLUTIONS, cnn
from tests.models.small import LABELS, model


def names(of: Model, scopes: tuple[str, ...], layers: str = ":") -> set[str]:
    chosen = {id(linear) for linear in matrices(of, scopes, layers)}
    found = {name for name, module in of.module.named_modules() if id(module) in chosen}
    assert len(found) == len(matrices(of, scopes, layers)), "each matrix once"
    return {name.split(".layer.")[1] for name in found} if found and ".layer." in min(found) else found


def test_timesformers_scopes() -> None:
    small = model("timesformer", num_hidden_layers=1)
    attention = {"0.attention.attention.qkv", "0.temporal_attention.attention.qkv"}
    assert names(small, ("attention",)) == attention
    assert names(small, ("dense",)) == {"0.output.dense"}
    assert names(small, ("attention", "dense")) == attention | {"0.output.dense"}
    assert names(small, ("global",)) == attention | {
        "0.attention.output.dense",
        "0.intermediate.dense",
        "0.output.dense",
    }


def test_videomaes_scopes() -> None:
    small = model("videomae", num_hidden_layers=1)
    parts = ("attention.query", "attention.key", "attention.value", "output.dense")
    attention = {f"0.attention.{part}" for part in parts}
    dense = {"0.intermediate.dense", "0.output.dense"}
    assert names(small, ("attention",)) == attention
    assert names(small, ("dense",)) == dense
    assert names(small, ("global",)) == attention | dense == names(small, ("attention", "dense"))


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        (":", range(12)),
        (":-1", range(11)),
        ("0:11", range(11)),
        ("-2:", (10, 11)),
        ("3", (3,)),
        ("-1", (11,)),
        ("-12", (0,)),
        ("10:99", (10, 11)),
    ],
)
def test_layers_are_python_indices(layers: str, expected: range | tuple[int, ...]) -> None:
    twelve = model("timesformer", num_hidden_layers=12)
    assert names(twelve, ("dense",), layers) == {f"{k}.output.dense" for k in expected}


@pytest.mark.parametrize("layers", ["12", "-13", "5:5", "12:"])
def test_no_layers_are_refused(layers: str) -> None:
    with pytest.raises(
        VidcompressError, match=rf"layers={layers} chooses none of the 12 layers of 'timesformer'"
    ):
        matrices(model("timesformer", num_hidden_layers=12), ("dense",), layers)


def test_scopes_that_the_profile_lacks_are_refused() -> None:
    with pytest.raises(VidcompressError, match="no linear layers or convolutions in scope convolutions"):
        matrices(model("timesformer"), ("convolutions",))


class Unnamed(nn.Module):
    """A model whose profile does not say what its parts are."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Linear(4, 4)
        self.blocks = nn.ModuleList(
            nn.ModuleDict({"attn": nn.Linear(4, 4), "mlp": nn.Linear(4, 4)}) for _ in range(3)
        )
        self.head = nn.Linear(4, 3)


def test_models_without_names_are_told_apart_by_att() -> None:
    own = Model("own", Unnamed(), Profile(1, 1, 8), LABELS)
    everything = {"stem", *(f"blocks.{k}.{part}" for k in range(3) for part in ("attn", "mlp"))}
    assert names(own, ("global",)) == everything
    assert names(own, ("attention",)) == {f"blocks.{k}.attn" for k in range(3)}
    assert names(own, ("dense",)) == {"stem", *(f"blocks.{k}.mlp" for k in range(3))}
    assert names(own, ("attention", "dense")) == everything
    assert names(own, ("attention",), "-1") == {"blocks.2.attn"}


def test_a_model_without_linear_layers_is_refused() -> None:
    with pytest.raises(
        VidcompressError, match="model 'flat' has no linear layers or convolutions in scope global"
    ):
        matrices(Model("flat", nn.Sequential(nn.Flatten()), Profile(1, 1, 8), LABELS), ("global",))


def test_only_linear_layers_count() -> None:
    small = model("videomae")
    patterns = MappingProxyType({"global": ("videomae.encoder.layer.{layer}.layernorm_before",)})
    named = replace(small, profile=replace(small.profile, modules=patterns))
    with pytest.raises(VidcompressError, match="no linear layers or convolutions"):
        matrices(named, ("global",))


# The study's sparsities in %: figures 5 and 6, of models with twelve layers of width 768.
STUDY = [
    ("timesformer-hr", ("global",), ":-1", False, 15.95),
    ("timesformer-hr", ("attention",), ":-1", True, 6.38),
    ("timesformer-hr", ("dense",), ":-1", True, 4.26),
    ("timesformer-hr", ("attention", "dense"), ":-1", True, 10.64),
    ("videomae", ("global",), ":", False, 19.63),
    ("videomae", ("attention",), ":-1", True, 6.01),
    ("videomae", ("dense",), ":-1", True, 12.00),
    ("videomae", ("attention", "dense"), ":-1", True, 18.02),
]


@pytest.mark.parametrize(("name", "scopes", "layers", "rows", "percent"), STUDY)
def test_scopes_give_the_studys_sparsity(
    name: str, scopes: tuple[str, ...], layers: str, rows: bool, percent: float, published: dict[str, Model]
) -> None:
    of = published[name]
    total = sum(parameter.numel() for parameter in of.module.parameters())
    shapes = [linear.weight.shape for linear in matrices(of, scopes, layers)]
    if rows:
        zeros = sum(round(0.2 * outputs) * inputs for outputs, inputs in shapes)
    else:
        zeros = round(0.2 * sum(shape.numel() for shape in shapes))
    # The study cuts off after two digits.
    assert math.floor(1e4 * zeros / total) / 100 == percent


@pytest.fixture(scope="module")
def published() -> dict[str, Model]:
    """The published geometries, without numbers in their weights."""
    from transformers import AutoConfig, AutoModelForVideoClassification

    made: dict[str, Model] = {}
    for name in ("timesformer-hr", "videomae"):
        family = CATALOG[name]
        config = AutoConfig.for_model(family.model_type, **family.geometry, num_labels=400)
        with torch.device("meta"):
            module = AutoModelForVideoClassification.from_config(config)
        made[name] = Model(name, module, family.profile, ())
    return made


def cnn_blocks(layers: str) -> set[str]:
    of = cnn()
    chosen = {id(layer) for layer in matrices(of, ("global",), layers)}
    return {name for name, part in of.module.named_modules() if id(part) in chosen}


def test_a_cnn_s_convolutions_are_in_scope_and_its_classifier_is_not() -> None:
    of = cnn()
    assert cnn_blocks(":") == set(CONVOLUTIONS)
    assert matrices(of, ("dense",)) == matrices(of, ("global",)) == matrices(of, ("attention", "dense"))
    with pytest.raises(
        VidcompressError, match=r"'cnn' has no .* in scope attention: none has 'att' in its name"
    ):
        matrices(of, ("attention",))


def test_blocks_of_a_cnn_are_told_by_the_first_number_in_a_name() -> None:
    last = {f"blocks.2.{part}" for part in ("up", "depthwise", "grouped", "down")}
    assert cnn_blocks("-1") == last
    assert cnn_blocks("2") == {name for name in CONVOLUTIONS if name.startswith("blocks.1.")}
    assert cnn_blocks(":-1") == set(CONVOLUTIONS) - last


def test_stages_with_numbers_of_their_own_are_blocks_of_their_own() -> None:
    """As torchvision names them: `layer1.0`, `layer1.1`, `layer2.0`."""
    stages = nn.Module()
    for stage in (1, 2):
        stages.add_module(f"layer{stage}", nn.Sequential(nn.Conv3d(1, 1, 1), nn.Conv3d(1, 1, 1)))
    stages.add_module("conv1", nn.Conv3d(1, 1, 1))
    stages.add_module("fc", nn.Linear(1, 1))
    of = Model("stages", stages, Profile(1, 1, 8), LABELS)
    assert names(of, ("global",), "2") == {"layer2.0"}
    assert names(of, ("global",), "0") == {"layer1.0", "conv1"}


def test_a_classifier_may_be_a_convolution() -> None:
    module = nn.ModuleDict({name: nn.Conv3d(1, 1, 1) for name in ("first", "second", "classifier")})
    of = Model("convolutions", module, Profile(1, 1, 8), LABELS)
    assert names(of, ("global",)) == {"first", "second"}
    assert names(of, ("global",), "1") == {"second"}, "without numbers each is a block"
