from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from pytest_vidcompress.artefacts.tensors import take_apart
from pytest_vidcompress.compress.fuse.fused_layers import Patches, linear, product
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.compress.scope import matrices
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.measure.cost.macs import work
from pytest_vidcompress.models.adapter import logits_from
from pytest_vidcompress.models.frame_count import refuse_other_frames
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.runtimes.torch_eager import executable
from tests.models.packaged import packaged
from tests.models.small import FAMILIES, NO_CLIPS, OWN_GEOMETRY, model, pixels

EVERY = (*FAMILIES, "vivit", "vjepa2", "xclip")


def fused(of: Model) -> Model:
    return parse("fuse", TECHNIQUES).apply(of, NO_CLIPS)


def difference(of: Model, count: int = 2, inputs: torch.Tensor | None = None) -> float:
    """Largest difference of logits, relative to the largest logit."""
    given = pixels(count) if inputs is None else inputs
    with torch.inference_mode():
        expected, found = logits_from(of.module(given)), fused(of).module(given)
    return float((found - expected).abs().max() / expected.abs().max())


GEOMETRIES: list[dict[str, Any]] = [
    {},
    {"num_hidden_layers": 1},
    {"num_hidden_layers": 3, "num_attention_heads": 3},
    {"image_size": 32, "patch_size": 8},
    {"qkv_bias": False},
    {"hidden_act": "relu"},
]


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=str)
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("count", [1, 3])
def test_logits_stay_the_same_to_fp32_rounding(family: str, geometry: dict[str, Any], count: int) -> None:
    assert difference(model(family, **geometry), count) < 1e-5


OTHERS: list[tuple[str, dict[str, Any]]] = [
    ("vivit", {}),
    ("vivit", {"num_hidden_layers": 1, "qkv_bias": False, "hidden_act": "gelu"}),
    ("vivit", {"num_attention_heads": 3, "tubelet_size": [4, 8, 16]}),
    ("vjepa2", {}),
    # Heads of 14 channels, of which two are not turned; of 8, of which two are not.
    ("vjepa2", {"hidden_size": 28, "mlp_ratio": 2.0, "num_pooler_layers": 2}),
    ("vjepa2", {"num_attention_heads": 3, "qkv_bias": False, "patch_size": 8, "tubelet_size": 1}),
    ("xclip", {}),
    ("xclip", {"prompt_layers": 1, "prompt_num_attention_heads": 4}),
    ("xclip", {"prompt_layers": 3, "projection_dim": 32, "prompt_hidden_act": "relu"}),
]


@pytest.mark.parametrize(("family", "geometry"), OTHERS, ids=str)
@pytest.mark.parametrize("count", [1, 3])
def test_logits_of_other_families_stay_the_same(family: str, geometry: dict[str, Any], count: int) -> None:
    if "projection_dim" in geometry:
        vision = {**OWN_GEOMETRY["xclip"]["vision_config"], "mit_hidden_size": geometry["projection_dim"]}
        geometry = {**geometry, "vision_config": vision}
    assert difference(model(family, **geometry), count) < 1e-5


@pytest.mark.parametrize(
    ("family", "geometry", "said"),
    [
        ("vivit", {"num_frames": 5}, "patches of 2 x 16 x 16, and a clip of 5 x 32 x 32"),
        ("vjepa2", {"crop_size": 40}, "patches of 2 x 16 x 16, and a clip of 4 x 40 x 40"),
    ],
)
def test_patches_that_leave_a_rest_are_refused(family: str, geometry: dict[str, Any], said: str) -> None:
    with pytest.raises(VidcompressError, match=f"{said} is no whole number of them: leave fuse out"):
        fused(model(family, **geometry))


@pytest.mark.parametrize("mean_pooling", [True, False])
def test_both_heads_of_videomae(mean_pooling: bool) -> None:
    assert difference(model("videomae", use_mean_pooling=mean_pooling)) < 1e-5


@pytest.mark.parametrize("family", FAMILIES)
def test_logits_of_trained_weights_stay_the_same(family: str) -> None:
    given = torch.randn(2, 8, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    assert difference(packaged(family), inputs=given) < 1e-5


def test_less_is_computed() -> None:
    """Of a deep enough TimeSformer 11 % of the multiply-accumulates, of VideoMAE the last layer."""
    for family, least in (("timesformer", 0.10), ("videomae", 0.015)):
        of = model(family, num_hidden_layers=12, hidden_size=48, intermediate_size=192, patch_size=4)
        before, after = (work(each, pixels()).total for each in (of.module, fused(of).module))
        assert 1 - after / before > least


def test_vjepa_loses_what_no_classifier_calls() -> None:
    of = model("vjepa2")
    left = dict(fused(of).module.named_parameters())
    assert not any("predictor" in name for name in left)
    unused = [each for name, each in of.module.named_parameters() if "predictor" in name]
    lost = take_apart(of.module).parameters - take_apart(fused(of).module).parameters
    assert lost > sum(each.numel() for each in unused) > 0


def test_timesformer_loses_the_layers_that_were_multiplied() -> None:
    of = model("timesformer", num_hidden_layers=2)
    counted = take_apart(of.module).parameters
    # A matrix and its bias in each of two blocks; the class token and its position; a bias of keys.
    gone = 2 * (24 * 24 + 24) + 24 + 24
    assert take_apart(fused(of).module).parameters == counted - gone


@pytest.mark.parametrize("family", EVERY)
def test_the_model_it_was_made_of_is_untouched(family: str) -> None:
    of = model(family)
    before = {name: tensor.clone() for name, tensor in of.module.state_dict().items()}
    fused(of)
    assert all(torch.equal(before[name], tensor) for name, tensor in of.module.state_dict().items())


@pytest.mark.parametrize("family", EVERY)
@pytest.mark.parametrize("scope", ["global", "attention", "dense"])
def test_the_studys_scopes_are_still_there(family: str, scope: str) -> None:
    of = fused(model(family) if family == "xclip" else model(family, num_hidden_layers=3))
    found = matrices(of, (scope,), ":-1")
    assert found
    assert all(isinstance(layer, nn.Linear) for layer in found)


def logits_by(recipe: str, of: Model) -> torch.Tensor:
    made = parse(recipe, TECHNIQUES).apply(of, NO_CLIPS)
    with torch.inference_mode():
        return logits_from(executable(made.module)(pixels(2)))


@pytest.mark.parametrize("family", EVERY)
@pytest.mark.parametrize("recipe", ["fuse+prune-global", "fuse+int8-dynamic", "fuse+fp16"])
def test_what_follows_works_on_the_fused_model(family: str, recipe: str) -> None:
    of = model(family)
    by_hand = logits_by(recipe.removeprefix("fuse+"), fused(of))
    assert torch.equal(logits_by(recipe, of), by_hand)
    assert not torch.equal(by_hand, logits_by("fuse", of))


@pytest.mark.parametrize("family", EVERY)
def test_it_fuses_what_was_pruned_before(family: str) -> None:
    of = model(family)
    expected, found = logits_by("prune-global", of), logits_by("prune-global+fuse", of)
    assert (found - expected).abs().max() < 1e-5 * expected.abs().max()


def test_other_numbers_of_frames_are_still_refused() -> None:
    for family in EVERY:
        with pytest.raises(VidcompressError, match="is fed 8 frames a clip, and its weights know 4"):
            refuse_other_frames("it", fused(model(family)).module, 8)


def test_other_models_are_refused_by_name() -> None:
    of = model("videomae")
    other = Model("mine", nn.Sequential(nn.Flatten(), nn.Linear(4, 3)), of.profile, of.labels)
    with pytest.raises(VidcompressError, match="model 'mine' is a Sequential"):
        fused(other)
    with pytest.raises(VidcompressError, match="FusedVideoMAE"):
        parse("fuse+fuse", TECHNIQUES).apply(of, NO_CLIPS)


def test_those_that_it_can_rewrite_are_named() -> None:
    classes = ("Timesformer", "VJEPA2", "VideoMAE", "Vivit")
    of = model("videomae")
    other = Model("mine", nn.Sequential(nn.Flatten(), nn.Linear(4, 3)), of.profile, of.labels)
    with pytest.raises(VidcompressError, match="fuse rewrites ") as caught:
        fused(other)
    assert all(f"{name}ForVideoClassification" in str(caught.value) for name in classes)
    assert "XClipClassifier" in str(caught.value)


def test_other_attention_of_timesformer_is_refused() -> None:
    with pytest.raises(VidcompressError, match="this one's is joint_space_time"):
        fused(model("timesformer", attention_type="joint_space_time"))


@pytest.mark.parametrize("bias", [True, False])
def test_a_product_of_layers_is_one_after_the_other(bias: bool) -> None:
    torch.manual_seed(0)
    first, second = nn.Linear(7, 5, bias=bias), nn.Linear(5, 3, bias=bias)
    given = torch.randn(4, 7)
    assert torch.allclose(product(second, first)(given), second(first(given)), atol=1e-6)


def test_patches_are_the_convolution() -> None:
    torch.manual_seed(0)
    given = torch.randn(2, 4, 3, 12, 8)
    flat = nn.Conv2d(3, 6, (4, 2), (4, 2))
    expected = flat(given.flatten(0, 1)).flatten(2).transpose(1, 2).unflatten(0, (2, 4))
    assert torch.allclose(Patches(flat)(given), expected, atol=1e-5)
    deep = nn.Conv3d(3, 6, (2, 4, 2), (2, 4, 2), bias=False)
    expected = deep(given.transpose(1, 2)).flatten(3).permute(0, 2, 3, 1)
    assert torch.allclose(Patches(deep)(given), expected, atol=1e-5)


def test_a_layer_from_tensors_shares_them() -> None:
    weight = torch.randn(3, 2)
    made = linear(weight)
    assert made.weight.data_ptr() == weight.data_ptr()
    assert made.bias is None
    assert (made.in_features, made.out_features) == (2, 3)
