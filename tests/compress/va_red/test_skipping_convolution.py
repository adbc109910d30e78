from __future__ import annotations

import pytest
import torch

from pytest_vidcompress.compress.va_red.decisions import weights_of
from pytest_vidcompress.compress.va_red.gated_network import in_use
from pytest_vidcompress.compress.va_red.learning_convolution import LearningConvolution
from pytest_vidcompress.compress.va_red.search_space import SearchSpace
from pytest_vidcompress.compress.va_red.skipping_convolution import Options
from pytest_vidcompress.measure.cost.macs import work
from tests.compress.va_red.learned import deciding, gated, model, skipping
from tests.models.convolutions.small import NAMES, logits, noise

HERE = "pytest_vidcompress.compress.va_red.skipping_convolution"


@pytest.fixture(autouse=True, params=["large", "small"])
def _large(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Convolutions that are taken for large ones lie and run otherwise."""
    monkeypatch.setattr(f"{HERE}.LARGE", 1 if request.param == "large" else 1 << 40)


@pytest.mark.parametrize("name", NAMES)
def test_before_anything_is_learned_it_is_the_model(name: str) -> None:
    module = in_use(gated(name, SearchSpace(3, soft=False)))
    torch.testing.assert_close(logits(module), logits(model(name).module), rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("soft", [True, False])
def test_what_skips_answers_as_what_learned_and_clips_of_a_batch_as_alone(soft: bool) -> None:
    learning = gated("x3d", SearchSpace(3, soft))
    with torch.no_grad():
        for part in learning.modules():
            if isinstance(part, LearningConvolution):
                part.policy.scores.weight.mul_(40)
                part.policy.scores.bias.zero_()
    before = logits(learning, noise(6))
    module = in_use(learning)
    together = logits(module, noise(6))
    torch.testing.assert_close(together, before, rtol=1e-3, atol=1e-3)
    alone = torch.cat([logits(module, each) for each in noise(6).split(1)])
    torch.testing.assert_close(together, alone, rtol=1e-3, atol=1e-3)
    taken = {
        tuple(options.tolist())
        for part in skipping(module)
        for options in weights_of(part.policy(torch.randn(9, part.weight.shape[1], 4, 8, 8)), part.space) > 0
    }
    assert len(taken) > 4


def test_fewer_filters_and_frames_are_computed_and_not_masked() -> None:
    module = deciding("r2plus1d", SearchSpace(3, soft=False))
    counted: dict[Options, int] = {}
    for options in (Options((0,), (0,)), Options((1,), (0,)), Options((0,), (1,)), Options((2,), (2,))):
        for part in skipping(module):
            part.forced = options
        counted[options] = work(module, noise(1)).total
    whole, filters, frames, least = counted.values()
    assert least < filters < whole
    assert least < frames < whole
    assert least < 0.35 * whole


@pytest.mark.parametrize("option", [1, 2])
def test_part_by_part_into_its_place_gives_the_same(option: int, monkeypatch: pytest.MonkeyPatch) -> None:
    module = deciding("r2plus1d", SearchSpace(3, soft=False))
    for part in skipping(module):
        part.forced = Options((option,), (1,))
    with torch.enable_grad():
        at_once = module(noise(2)).detach()
    monkeypatch.setattr(f"{HERE}._PART", 1 << 12)
    torch.testing.assert_close(logits(module, noise(2)), at_once, rtol=1e-3, atol=1e-3)


def test_weights_are_laid_out_whatever_they_are_loaded_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{HERE}.LARGE", 1 << 10)
    module = deciding("r2plus1d", SearchSpace(3, soft=False))
    before = logits(module, noise(2))
    module.load_state_dict(
        {name: each.contiguous() for name, each in module.state_dict().items()}, assign=True
    )
    last = torch.channels_last_3d
    laid = {
        (part.weight.numel() >= 1 << 10, part.weight.is_contiguous(memory_format=last))
        for part in skipping(module)
    }
    assert laid == {(True, True), (False, False)}
    assert torch.equal(logits(module, noise(2)), before)
