from __future__ import annotations

from typing import Any, cast

import pytest
import torch

from pytest_vidcompress.measure.divergence.visible_blocks import divergence
from pytest_vidcompress.measure.subject import Subject
from tests.models.small import network, pixels

VIEWS = pixels(2).split(1)


def of_openvino(module: Any) -> Subject:
    """What a runtime executes that shows nothing of `module`, which it was made of."""
    return Subject(lambda pixels: module(pixels).logits, lambda: None, module, runtime="openvino")


def test_what_another_runtime_executes_is_looked_at_in_torch() -> None:
    other = network("videomae", num_hidden_layers=4)
    with torch.no_grad():
        cast(Any, other).videomae.encoder.layer[1].output.dense.weight.zero_()
    found = divergence(network("videomae", num_hidden_layers=4), of_openvino(other), VIEWS)
    assert (found.stands_for, found.unseen) == ("openvino", "")
    assert found.first is not None
    assert found.blocks[found.first].name == "videomae.encoder.layer.1"
    assert divergence(network("videomae"), Subject.of(network("videomae")), VIEWS).stands_for == ""


def compiled() -> torch.nn.Module:
    """What `torch.compile` gives is told by the module that it holds."""
    module = network("videomae")
    cast(Any, module)._orig_mod = torch.nn.Identity()
    return module


@pytest.mark.parametrize(
    ("subject", "why"),
    [
        (Subject.of(lambda pixels: pixels), "what was measured is a function, which shows none"),
        (
            Subject(lambda pixels: pixels, lambda: None, runtime="openvino"),
            "the files of openvino show none",
        ),
        (Subject.of(compiled()), "the module is scripted or compiled"),
        (Subject.of(torch.nn.Bilinear(1, 1, 1)), "comparing them failed"),
    ],
)
def test_what_shows_no_blocks_says_so(subject: Subject, why: str) -> None:
    found = divergence(network("videomae"), subject, VIEWS)
    assert why in found.unseen
    assert found.blocks == ()


def test_whatever_fails_is_said_and_nothing_is_raised() -> None:
    class Broken(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = network("videomae")

        def forward(self, pixels: torch.Tensor) -> torch.Tensor:
            raise RuntimeError("out of luck\nand more")

    found = divergence(network("videomae"), Subject.of(Broken()), VIEWS)
    assert found.unseen == "comparing them failed (RuntimeError: out of luck)"


def test_a_model_of_other_parts_says_so() -> None:
    other = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(4 * 3 * 32 * 32, 3))
    found = divergence(network("videomae"), Subject.of(other), VIEWS)
    assert found.unseen == "the variant has none of the reference's blocks"
    assert len(found.apart) == 5
