from __future__ import annotations

from typing import cast

import pytest
import torch
from torch import nn

from pytest_vidcompress.compress.shrink.anatomies import anatomy_of
from pytest_vidcompress.compress.shrink.block_stream import Given, entrances, spread, views_of, watch
from pytest_vidcompress.models.adapter import logits_from
from tests.compress.shrink.noise import NOISE
from tests.models.small import model


@pytest.mark.parametrize("family", ["timesformer", "videomae", "vivit"])
def test_blocks_that_are_run_by_themselves_give_what_they_give_in_the_model(family: str) -> None:
    of = model(family)
    anatomy = anatomy_of(of.module)
    assert anatomy is not None
    blocks, views = anatomy.blocks_of(of.module), [*views_of(NOISE)][:2]
    last: list[torch.Tensor] = []
    hook = blocks[-1].register_forward_hook(lambda *each: last.append(Given(each[2]).run(nn.Identity())))
    given = entrances(of.module, blocks[0], views)
    hook.remove()
    for each, expected in zip(given, last, strict=True):
        with torch.no_grad():
            for block in blocks:
                each = each.after(each.run(block))
        wanted = expected[0] if isinstance(expected, tuple) else expected
        assert torch.equal(each.stream, wanted)


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (nn.Linear(5, 4), (2, 3, 5)),
        (nn.Conv2d(3, 4, 3, stride=2, padding=1), (2, 3, 7, 7)),
        (nn.Conv3d(3, 4, (1, 2, 2), bias=False), (1, 3, 4, 5, 5)),
    ],
)
@pytest.mark.parametrize("most", [7, 1000])
def test_a_layers_rows_times_its_weight_are_what_it_gives(
    layer: nn.Module, shape: tuple[int, ...], most: int
) -> None:
    stage = nn.Sequential(layer, nn.ReLU(inplace=True))
    _, sights = watch(stage, Given(torch.randn(shape)), {"0": ""}, most)
    own, seen = cast(nn.Linear, layer), sights["0"]
    product = seen.inputs @ own.weight.flatten(1).T + (0 if own.bias is None else own.bias)
    torch.testing.assert_close(product, seen.outputs, msg="of before what comes after changed it in place")
    assert len(seen.inputs) <= most


def test_the_stream_is_row_for_row_what_the_layer_adds_to() -> None:
    of = model("timesformer")
    anatomy = anatomy_of(of.module)
    assert anatomy is not None
    block = anatomy.blocks_of(of.module)[0]
    given = entrances(of.module, block, [next(views_of(NOISE))])[0]
    end, sights = watch(block, given, {anatomy.down: anatomy.mlp_norm}, 1000)
    seen = sights[anatomy.down]
    assert seen.stream is not None
    torch.testing.assert_close(seen.stream + seen.outputs, end.flatten(0, -2))
    assert seen.first is not None
    assert seen.first.nonzero().flatten().tolist() == [0]
    assert logits_from(of.module(next(views_of(NOISE)))).shape == (1, 3)


def test_rows_lie_evenly_and_begin_with_the_first() -> None:
    assert spread(5, 9).tolist() == [0, 1, 2, 3, 4]
    assert spread(100, 5).tolist() == [0, 24, 49, 74, 99]
