from __future__ import annotations

from typing import Any

import pytest
import torch

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.models.checkpoint.skeleton import skeleton
from tests.models.small import FAMILIES, LABELS, network


def config(family: str, **changed: Any) -> dict[str, Any]:
    of: Any = network(family).config
    return {**of.to_dict(), **changed}


@pytest.mark.parametrize("family", FAMILIES)
def test_it_has_every_tensor_and_no_data(family: str) -> None:
    made: Any = skeleton(config(family))
    expected = network(family)
    assert type(made) is type(expected)
    assert all(parameter.is_meta for parameter in made.parameters())
    assert {name: tensor.shape for name, tensor in made.state_dict().items()} == {
        name: tensor.shape for name, tensor in expected.state_dict().items()
    }
    assert not made.training
    assert made.config.id2label == dict(enumerate(LABELS))


def test_building_draws_no_random_numbers() -> None:
    before = torch.random.get_rng_state()
    skeleton(config("videomae"))
    assert torch.equal(torch.random.get_rng_state(), before)


@pytest.mark.parametrize("attention", ["eager", "sdpa"])
def test_the_attention_that_computed_computes_again(attention: str) -> None:
    made: Any = skeleton(config("videomae", attn_implementation=attention))
    assert made.config._attn_implementation == attention


@pytest.mark.parametrize("attention", ["flash_attention_2", "kernels-community/flash-attn", "", 3, ["eager"]])
def test_attention_whose_code_would_be_fetched_is_refused(attention: Any) -> None:
    with pytest.raises(
        VidcompressError, match=r"says attn_implementation=.*: expected one of eager, sdpa, which"
    ):
        skeleton(config("videomae", attn_implementation=attention))


def test_no_other_name_reaches_the_attention() -> None:
    other: Any = skeleton(config("videomae", _attn_implementation="kernels-community/flash-attn"))
    assert other.config._attn_implementation == "sdpa"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"use_return_dict": 5}, "property 'use_return_dict' of 'VideoMAEConfig' object has no setter$"),
        ({"num_frames": "4"}, "Validation error for field 'num_frames': TypeError: .*expected int, got str"),
    ],
)
def test_what_transformers_cannot_take_is_one_line(
    changed: dict[str, Any], why: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(
        VidcompressError, match=rf"json describes a 'videomae' model .*built: {why}"
    ) as refusal:
        skeleton(config("videomae", **changed))
    assert "\n" not in str(refusal.value)
    assert capfd.readouterr() == ("", "")


def test_code_from_elsewhere_is_not_asked_for() -> None:
    elsewhere = {
        "AutoConfig": "somebody/model--code.Config",
        "AutoModelForVideoClassification": "somebody/model--code.M",
    }
    made = skeleton(config("videomae", auto_map=elsewhere, _name_or_path="somebody/model"))
    assert type(made).__module__.startswith("transformers.models.videomae")


@pytest.mark.parametrize("kind", ["vit", "bert", "perceptron", None, 3, ["videomae"], "x" * 1000])
def test_what_is_no_video_classifier_is_refused(kind: Any) -> None:
    with pytest.raises(VidcompressError, match=r"config\.json describes a .* model") as refusal:
        skeleton({"model_type": kind})
    assert len(str(refusal.value)) < 200


def test_a_geometry_that_cannot_be_is_refused() -> None:
    with pytest.raises(VidcompressError, match="describes a 'videomae' model that cannot be built: "):
        skeleton(config("videomae", num_attention_heads=7))
