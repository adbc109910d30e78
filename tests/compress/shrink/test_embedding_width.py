from __future__ import annotations

import pytest
import torch

from pytest_vidcompress.compress.shrink.anatomies import anatomy_of
from pytest_vidcompress.compress.shrink.block_stream import views_of
from pytest_vidcompress.compress.shrink.embedding_width import (
    narrow_stream,
    refuse_without_biases,
    stores_tables,
    stream_width,
)
from pytest_vidcompress.compress.shrink.layer_by_layer import Method
from pytest_vidcompress.errors import VidcompressError
from tests.compress.shrink.noise import NOISE, answers, distance
from tests.models.small import model


@pytest.mark.parametrize("choice", ["score", "random"])
@pytest.mark.parametrize("family", ["timesformer", "videomae", "vivit"])
def test_a_stream_that_is_turned_and_not_cut_gives_the_same_answers(family: str, choice: str) -> None:
    of = model(family)
    anatomy = anatomy_of(of.module)
    assert anatomy is not None
    before = answers(of.module)
    forth = narrow_stream(of.module, anatomy, 24, views_of(NOISE), Method("none", choice))
    assert distance(answers(of.module), before) < 1e-4
    tokens = torch.randn(5, 24, dtype=torch.double)
    turned = (tokens - tokens.mean(1, keepdim=True)) @ forth.T
    torch.testing.assert_close(turned.mean(1), torch.zeros(5, dtype=torch.double), atol=1e-9, rtol=0)
    torch.testing.assert_close(turned.norm(dim=1), (tokens - tokens.mean(1, keepdim=True)).norm(dim=1))
    assert stores_tables(of.module, anatomy) == (family == "videomae")


def test_a_narrower_one_keeps_what_varies_most() -> None:
    of = model("vivit")
    anatomy = anatomy_of(of.module)
    assert anatomy is not None
    forth = narrow_stream(of.module, anatomy, 12, views_of(NOISE), Method("none", "score"))
    assert stream_width(of.module, anatomy) == 12
    assert forth.shape == (12, 24)
    torch.testing.assert_close(forth @ forth.T @ forth, forth, msg="orthonormal on what it keeps")


def test_layers_that_cannot_take_up_what_norms_add_are_refused() -> None:
    of = model("timesformer", qkv_bias=False)
    anatomy = anatomy_of(of.module)
    assert anatomy is not None
    with pytest.raises(
        VidcompressError, match=r"attention\.attention\.qkv of the blocks has no bias: leave width"
    ):
        refuse_without_biases(of.module, anatomy)
