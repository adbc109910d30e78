from __future__ import annotations

from collections import OrderedDict
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from pytest_vidcompress.clips.profile import Profile
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.models.adapter import Logits, example_pixels, logits_from

ROW = torch.tensor([[1.0, -2.0, 3.0]])
OTHER = torch.tensor([[7.0, 7.0, 7.0]])


@pytest.mark.parametrize(
    "output",
    [
        ROW,
        ROW.numpy(),
        ROW.tolist(),
        tuple(ROW.tolist()),
        SimpleNamespace(logits=ROW, hidden_states=OTHER),
        {"logits": ROW, "aux": OTHER},
        {"aux": OTHER, "logits": ROW.numpy()},
        OrderedDict(out=ROW, aux=OTHER),
        {"classes": ROW},
        (ROW,),
        (ROW, OTHER),
        [ROW.numpy()],
        [ROW[0]],
        [ROW.numpy()[0]],
    ],
    ids=str,
)
def test_logits_are_found_in_whatever_they_come_in(output: Any) -> None:
    found = logits_from(output)
    assert found.shape == (1, 3)
    assert torch.equal(found.float(), ROW)


def test_outputs_of_transformers_are_read_as_objects_and_as_tuples() -> None:
    from transformers.modeling_outputs import ImageClassifierOutput

    output = ImageClassifierOutput(logits=ROW, hidden_states=(OTHER,))  # type: ignore[arg-type]
    assert logits_from(output) is ROW
    assert logits_from(output.to_tuple()) is ROW


def test_rows_of_a_batch_are_put_together() -> None:
    assert logits_from([ROW[0], OTHER[0]]).shape == (2, 3)


@pytest.mark.parametrize(
    ("output", "named"),
    [
        (None, "None"),
        ({"a": ROW, "b": OTHER}, "a dict of 'a', 'b'"),
        ({}, "a dict of nothing"),
        ("walking", "a str"),
        (SimpleNamespace(scores=ROW), "a SimpleNamespace"),
        ([ROW[0], ROW[0, :2]], "a list of Tensor"),
        (({"a": 1}, 2), "a tuple of dict, int"),
        (np.array(["walking"]), "a ndarray"),
    ],
    ids=str,
)
def test_what_holds_no_logits_is_named_beside_what_is_expected(output: Any, named: str) -> None:
    with pytest.raises(VidcompressError) as caught:
        logits_from(output)
    assert str(caught.value).startswith(f"the model returned {named}; expected logits of shape (B, labels)")


def test_example_pixels_lie_as_the_profile_says() -> None:
    for layout, shape in (("BTCHW", (1, 4, 3, 8, 8)), ("BCTHW", (1, 3, 4, 8, 8))):
        pixels = example_pixels(Profile(4, 1, 8, layout=layout))  # type: ignore[arg-type]
        assert (pixels.shape, pixels.dtype, pixels.is_contiguous()) == (shape, torch.float32, True)
        assert not pixels.any()


def test_example_pixels_of_a_seed_are_the_same_noise_in_every_layout() -> None:
    frames_first, again = (example_pixels(Profile(4, 1, 8), seed=3) for _ in range(2))
    assert torch.equal(frames_first, again)
    channels_first = example_pixels(Profile(4, 1, 8, layout="BCTHW"), seed=3)
    assert torch.equal(channels_first.transpose(1, 2), frames_first)
    assert frames_first.std() == pytest.approx(1, abs=0.1)


def test_a_wrapped_module_returns_logits_alone() -> None:
    class Dressed(nn.Linear):
        def forward(self, input: torch.Tensor) -> Any:
            return {"logits": super().forward(input), "hidden": input}

    wrapped = Logits(Dressed(3, 3).eval())
    assert torch.equal(wrapped(ROW), wrapped.module(ROW)["logits"])
