from __future__ import annotations

from typing import Any

import pytest
import torch

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.models.skeleton import skeleton
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


def test_code_from_elsewhere_is_not_asked_for() -> None:
    elsewhere = {
        "AutoConfig": "somebody/model--code.Config",
        "AutoModelForVideoClassification": "somebody/model--code.M",
    }
    made = skeleton(config("videomae", auto_map=elsewhere, _name_or_path="somebody/model"))
    assert type(made).__module__.startswith("transformers.models.videomae")


@pytest.mark.parametrize("kind", ["vit", "bert", "perceptron", None, 3, ["videomae"]])
def test_what_is_no_video_classifier_is_refused(kind: Any) -> None:
    with pytest.raises(VidcompressError, match=r"config\.json describes a .* model"):
        skeleton({"model_type": kind})


def test_a_geometry_that_cannot_be_is_refused() -> None:
    with pytest.raises(VidcompressError, match="describes a 'videomae' model that cannot be built: "):
        skeleton(config("videomae", num_attention_heads=7))
