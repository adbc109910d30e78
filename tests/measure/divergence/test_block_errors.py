from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import pytest
import torch
from torch import nn

from pytest_vidcompress.compress.fuse.rewrite import rewrites
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.measure.divergence.block_errors import block_errors
from pytest_vidcompress.measure.divergence.divergence import LEAST, MOST, Divergence
from pytest_vidcompress.models.own_dtype import as_given
from tests.models.cnn import cnn, noise
from tests.models.small import FAMILIES, NO_CLIPS, model, network, pixels

LAYER = {"timesformer": "timesformer.encoder.layer.1", "videomae": "videomae.encoder.layer.1"}


def views(count: int = 2) -> Sequence[torch.Tensor]:
    return pixels(count).split(1)


def compressed(recipe: str, family: str, **geometry: Any) -> nn.Module:
    return parse(recipe, TECHNIQUES).apply(model(family, **geometry), NO_CLIPS).module


def fused(family: str, **geometry: Any) -> nn.Module:
    return compressed("fuse", family, **geometry)


def scaled(part: nn.Module, by: float) -> None:
    with torch.no_grad():
        for parameter in part.parameters():
            parameter.mul_(by)


def errors(found: Divergence) -> dict[str, tuple[float | None, float | None]]:
    return {block.name: (block.error, block.own) for block in found.blocks}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_layer_whose_weights_were_scaled_is_named(family: str) -> None:
    other = network(family, num_hidden_layers=4)
    scaled(other.get_submodule(LAYER[family]), 0.3)
    found = block_errors(network(family, num_hidden_layers=4), other, views())
    assert found.first is not None
    assert found.blocks[found.first].name == LAYER[family]
    assert found.error_before(found.first) == 0
    beside = [own for name, (_, own) in errors(found).items() if name != LAYER[family]]
    assert max(own or 0 for own in beside) < LEAST
    assert (found.apart, found.clips) == ((), 2)


def test_the_same_module_errs_nowhere_and_answers_alike() -> None:
    found = block_errors(network("videomae"), network("videomae"), views())
    assert max(found.added) < 1e-6
    assert (found.first, found.changed, found.before) == (None, 0, 0)


def test_a_module_beside_itself_errs_nowhere() -> None:
    own = network("videomae")
    assert max(block_errors(own, own, views()).added) < 1e-6


@pytest.mark.parametrize("family", [*FAMILIES, "vivit", "vjepa2", "xclip"])
def test_blocks_of_a_fused_model_are_compared_in_the_original_s_layout(family: str) -> None:
    reference = network(family)
    other = rewrites()[type(reference).__name__].build(network(family)).eval()
    found = block_errors(reference, other, views())
    layers = {name: each for name, each in errors(found).items() if ".layer" in name and "norm" not in name}
    assert len(layers) >= 2
    assert all(error is not None and error < 1e-4 for error, _ in layers.values()), layers
    # Rotary blocks are given their sines by the model.
    assert all(own < 1e-4 if own is not None else family == "vjepa2" for _, own in layers.values()), layers
    assert found.before < 1e-4
    assert {why for _, why in found.apart} == {"the variant has no such block"}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_layer_of_a_fused_model_is_named_by_the_original_s_name(family: str) -> None:
    other = cast(Any, fused(family, num_hidden_layers=4))
    scaled(other.blocks[1].mlp, 0.0)
    found = block_errors(network(family, num_hidden_layers=4), other, views())
    assert found.first is not None
    assert found.blocks[found.first].name == LAYER[family]


def test_what_a_fused_model_errs_before_its_blocks_is_told_from_them() -> None:
    other = cast(Any, fused("videomae", num_hidden_layers=4))
    scaled(other.patches, 0.2)
    found = block_errors(network("videomae", num_hidden_layers=4), other, views())
    assert found.is_before
    assert found.before > 0.1


def test_a_stage_of_a_cnn_is_named_although_its_blocks_work_in_place() -> None:
    other = cnn().module
    scaled(other.get_submodule("blocks.1"), 0.5)
    found = block_errors(cnn().module, other, noise(2).split(1))
    assert [name for name, (error, _) in errors(found).items() if error == 0] == ["stem", "pool"]
    assert found.first is not None
    assert found.blocks[found.first].name == "blocks"


def test_a_block_that_gives_no_numbers_is_named() -> None:
    other = network("videomae", num_hidden_layers=4)
    with torch.no_grad():
        cast(Any, other).videomae.encoder.layer[2].output.dense.bias.fill_(torch.nan)
    found = block_errors(network("videomae", num_hidden_layers=4), other, views())
    assert found.first is not None
    block = found.blocks[found.first]
    assert (block.name, block.own) == ("videomae.encoder.layer.2", MOST)
    assert found.changed == 2


def test_halves_are_compared_as_they_run() -> None:
    half = as_given(network("videomae").bfloat16())
    found = block_errors(network("videomae"), half, views())
    assert all(own is not None and own < 0.05 for _, own in errors(found).values())
    stored = as_given(compressed("fp16", "videomae"))
    assert max(block_errors(network("videomae"), stored, views()).added) < 0.05


class TwoStages(nn.Module):
    """Pixels -> three logits; the second stage runs `calls` times, on `width` numbers."""

    def __init__(self, calls: int = 1, width: int = 6) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.first, self.second, self.head = nn.Linear(3, width), nn.Linear(width, width), nn.Linear(width, 3)
        self.calls = calls

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        hidden = self.first(pixels.mean((1, 3, 4)))
        for _ in range(self.calls):
            hidden = self.second(hidden).relu_()
        return self.head(hidden)


def test_a_block_that_runs_several_times_is_compared_call_by_call() -> None:
    assert max(block_errors(TwoStages(3), TwoStages(3), views()).added) < 1e-6
    other = block_errors(TwoStages(3), TwoStages(2), views())
    assert errors(other)["second"] == (None, 0.0)
    assert errors(other)["head"][0]


def test_blocks_of_other_shapes_are_apart_and_the_rest_is_compared() -> None:
    found = block_errors(TwoStages(), TwoStages(width=4), views())
    assert dict(found.apart) == {
        "first": "it gives 1 x 4, the reference's 1 x 6",
        "second": "it gives 1 x 4, the reference's 1 x 6",
    }
    assert [*errors(found)] == ["head"]
    assert errors(found)["head"][1] is None, "it does not take what the reference's takes"


def test_no_hook_stays_whatever_happens() -> None:
    class Broken(TwoStages):
        def forward(self, pixels: torch.Tensor) -> torch.Tensor:
            self.second(self.first(pixels.mean((1, 3, 4))))
            raise ValueError("mine")

    reference, other = TwoStages(), Broken()
    with pytest.raises(ValueError, match="mine"):
        block_errors(reference, other, views())
    for module in (*reference.modules(), *other.modules()):
        assert not module._forward_hooks
        assert not module._forward_pre_hooks


def test_dropout_is_off_and_training_is_put_back() -> None:
    class Dropping(TwoStages):
        def __init__(self) -> None:
            super().__init__()
            self.second = nn.Sequential(nn.Linear(6, 6), nn.Dropout(0.9))

    reference, other = Dropping().train(), Dropping().train()
    assert max(block_errors(reference, other, views()).added) < 1e-6
    assert other.second.training


def test_of_several_labels_another_set_is_another_answer_though_the_highest_is_the_same() -> None:
    other = network("videomae")
    with torch.no_grad():
        cast(Any, other).classifier.bias.sub_(100)
    for sets, changed in ((False, 0), (True, 2)):
        assert block_errors(network("videomae"), other, views(), sets).changed == changed
