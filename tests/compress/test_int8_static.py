from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import nn

from pytest_vidcompress.artefacts.save import size_bytes
from pytest_vidcompress.compress.int8.observe import observe
from pytest_vidcompress.compress.int8.quantized import QuantizedAttention, QuantizedLinear
from pytest_vidcompress.compress.int8.smooth import followers, smooth
from pytest_vidcompress.compress.int8_static import rebuild
from pytest_vidcompress.compress.layers.dataflow import dataflow
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.models.model import Model
from tests.models.packaged import compressed, logits, packaged, spare
from tests.models.small import FAMILIES, NO_CLIPS, model


@pytest.fixture(scope="module", params=FAMILIES)
def trained(request: pytest.FixtureRequest) -> Model:
    return packaged(request.param)


@pytest.mark.parametrize("recipe", ["int8-static", "fuse+int8-static", "fuse+int8-static:attention=all"])
def test_it_still_predicts_the_same(trained: Model, recipe: str) -> None:
    before, after = logits(trained), logits(compressed(recipe, trained))
    agreement = (before.argmax(-1) == after.argmax(-1)).float().mean()
    assert agreement >= 0.9
    error = (before - after).norm() / before.norm()
    assert 0 < error < 0.1, "rounded, and not much"


def test_all_linear_layers_are_int8_and_a_quarter_of_the_bytes_is_left(trained: Model) -> None:
    fused = parse("fuse", TECHNIQUES).apply(trained, NO_CLIPS)
    made = compressed("fuse+int8-static", trained)
    assert not any(type(part) is nn.Linear for part in made.module.modules())
    assert any(isinstance(part, QuantizedLinear) for part in made.module.modules())
    assert size_bytes(made.module) < 0.31 * size_bytes(fused.module)
    assert made.notes[-1] == "calibrated on 16 clips"


def test_attention_is_int8_where_it_is_told_to_be(trained: Model) -> None:
    def quantized(recipe: str) -> int:
        parts = compressed(recipe, trained).module.modules()
        return sum(isinstance(part, QuantizedAttention) for part in parts)

    assert quantized("fuse+int8-static:attention=none") == 0
    assert quantized("fuse+int8-static:attention=all") >= 4


def test_layers_can_be_kept(trained: Model) -> None:
    made = compressed("fuse+int8-static:keep=classifier|patches.*", trained).module
    kept = {name for name, part in made.named_modules() if type(part) is nn.Linear}
    assert kept == {"classifier", "patches.linear"}


def test_smoothing_changes_no_logit(trained: Model) -> None:
    before = logits(trained)
    of = trained.copy()
    seen, _ = observe(of.module, spare(of))
    flow = dataflow(of.module, next(iter(spare(of).batches(1)))[0])
    changed = len(followers(of.module, flow))
    smooth(of.module, seen, 0.5, flow)
    layers = len([part for part in of.module.modules() if type(part) is nn.Linear])
    assert 4 <= changed < layers
    assert (logits(of) - before).abs().max() < 1e-4 * before.abs().max()


def test_smoothing_evens_out_what_layers_are_given(trained: Model) -> None:
    of = trained.copy()
    seen, _ = observe(of.module, spare(of))
    name = next(name for name in seen if name.endswith(("qkv", "query")))
    before = seen[name].largest
    smooth(of.module, seen, 0.9, dataflow(of.module, next(iter(spare(of).batches(1)))[0]))
    spread = [float(each.max() / each.median()) for each in (before, seen[name].largest)]
    assert spread[1] < spread[0]


def test_structure_alone_takes_the_tensors(trained: Model) -> None:
    made = compressed("fuse+int8-static", trained).module
    fused = parse("fuse", TECHNIQUES).apply(trained, NO_CLIPS).module
    empty = rebuild(fused, TECHNIQUES["int8-static"].parameters(), made.state_dict())
    empty.load_state_dict(made.state_dict(), strict=True)
    given = torch.randn(1, 8, 3, 64, 64)
    with torch.inference_mode():
        assert torch.equal(empty(given), made(given))


def test_without_clips_it_says_what_it_needs() -> None:
    with pytest.raises(VidcompressError, match="calibrates on clips that are not tested"):
        parse("int8-static", TECHNIQUES).apply(model("videomae"), NO_CLIPS)


class Sly(nn.Module):
    """Uses a layer's weight without calling it."""

    def __init__(self) -> None:
        super().__init__()
        self.seen, self.unseen = nn.Linear(3, 16), nn.Linear(3, 16)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        means = pixels.mean((1, 3, 4))
        return self.seen(means) + nn.functional.linear(means, self.unseen.weight)


def test_a_layer_that_nobody_calls_is_refused_by_name() -> None:
    sly = replace(packaged("videomae"), name="sly", module=Sly())
    with pytest.raises(VidcompressError, match="layer 'unseen' of model 'sly' is never called"):
        compressed("int8-static", sly)
    made = compressed("int8-static:keep=unseen", sly)
    assert isinstance(made.module.seen, QuantizedLinear)


@pytest.mark.parametrize(
    ("recipe", "reason"),
    [
        ("int8-static:smooth=1.5", "smooth=1.5 is out of range"),
        ("int8-static:attention=some", "attention=some is unknown"),
        ("int8-static+fp16", "int8-static must come last"),
    ],
)
def test_bad_parameters_are_refused(recipe: str, reason: str) -> None:
    with pytest.raises(VidcompressError, match=reason):
        parse(recipe, TECHNIQUES)
