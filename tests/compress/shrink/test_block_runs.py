from __future__ import annotations

import pytest

from pytest_vidcompress.compress.shrink.anatomies import anatomy_of
from pytest_vidcompress.compress.shrink.block_runs import remaining_blocks
from pytest_vidcompress.compress.shrink.block_stream import entrances, views_of
from pytest_vidcompress.compress.shrink.layer_by_layer import Method
from tests.compress.shrink.noise import NOISE
from tests.models.small import model


def remaining(number: int, method: Method, idle: int = 0) -> list[list[int]]:
    """Of VideoMAE's five blocks, of which one does nothing."""
    of = model("videomae", num_hidden_layers=5)
    anatomy = anatomy_of(of.module)
    assert anatomy is not None
    blocks = [*anatomy.blocks_of(of.module)]
    if idle:
        for name in (anatomy.down, anatomy.attentions[0].output):
            for parameter in blocks[idle].get_submodule(name).parameters():
                parameter.data.zero_()
    return remaining_blocks(blocks, number, anatomy, entrances(of.module, blocks[0], views_of(NOISE)), method)


def test_where_nothing_goes_every_block_stands_for_itself() -> None:
    assert remaining(0, Method("none", "score")) == [[0], [1], [2], [3], [4]]


@pytest.mark.parametrize("repair", ["none", "mean", "least-squares"])
@pytest.mark.parametrize("idle", [1, 3])
def test_the_block_that_does_nothing_goes(repair: str, idle: int) -> None:
    left = remaining(1, Method(repair, "score"), idle)
    assert len(left) == 4
    assert [idle - 1, idle] in left


def test_the_first_block_always_stays_and_the_one_before_a_run_stands_for_it() -> None:
    runs = {tuple(map(tuple, remaining(2, Method("none", "random", seed)))) for seed in range(12)}
    assert runs == {
        ((0, 1, 2), (3,), (4,)),
        ((0,), (1, 2, 3), (4,)),
        ((0,), (1,), (2, 3, 4)),
    }


def test_chance_needs_no_clips() -> None:
    of = model("videomae", num_hidden_layers=3)
    anatomy = anatomy_of(of.module)
    assert anatomy is not None
    blocks = [*anatomy.blocks_of(of.module)]
    assert len(remaining_blocks(blocks, 1, anatomy, [], Method("none", "random"))) == 2
