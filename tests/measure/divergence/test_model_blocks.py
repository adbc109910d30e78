from __future__ import annotations

import pytest
from torch import nn

from pytest_vidcompress.measure.divergence.model_blocks import counterparts, model_blocks
from pytest_vidcompress.models.adapter import Logits
from tests.models.cnn import cnn
from tests.models.small import network


def test_layers_of_an_encoder_are_blocks_and_so_is_what_is_before_and_after_them() -> None:
    assert [*model_blocks(network("videomae")).parts] == [
        "videomae.embeddings",
        "videomae.encoder.layer.0",
        "videomae.encoder.layer.1",
        "fc_norm",
        "classifier",
    ]
    assert [*model_blocks(network("timesformer")).parts] == [
        "timesformer.embeddings",
        "timesformer.encoder.layer.0",
        "timesformer.encoder.layer.1",
        "timesformer.layernorm",
        "classifier",
    ]


def test_stages_of_a_cnn_are_blocks() -> None:
    assert [*model_blocks(cnn().module).parts] == ["stem", "pool", "blocks", "mean", "classifier"]


@pytest.mark.parametrize(("family", "between"), [("vivit", set()), ("vjepa2", {"pooler.query_tokens"})])
def test_blocks_share_nothing_and_leave_little_out(family: str, between: set[str]) -> None:
    module = network(family)
    parts = model_blocks(module).parts
    inside = [id(each) for part in parts.values() for each in part.parameters()]
    assert len(inside) == len(set(inside))
    assert {name for name, each in module.named_parameters() if id(each) not in inside} == between
    assert sum(".layer" in name for name in parts) >= 2


def test_wrappers_are_passed_over() -> None:
    plain, wrapped = cnn().module, Logits(Logits(cnn().module))
    found = model_blocks(wrapped)
    assert found.prefix == "module.module."
    assert [*found.parts] == [*model_blocks(plain).parts]
    assert all(part is not None for _, part in counterparts(plain, wrapped).values())
    assert next(iter(counterparts(wrapped, plain))) == "module.module.stem"


def test_a_block_without_a_counterpart_has_none() -> None:
    other = cnn().module
    other.stages = other.blocks
    del other.blocks
    found = counterparts(cnn().module, other)
    assert [name for name, (_, part) in found.items() if part is None] == ["blocks"]


def test_a_module_without_parts_has_no_blocks() -> None:
    assert model_blocks(nn.Linear(2, 2)).parts == {}


def test_lists_in_lists_go_by_the_outer_one() -> None:
    stages = nn.ModuleList([nn.ModuleList([nn.ReLU(), nn.ReLU()]), nn.Sequential(nn.ReLU())])
    module = nn.ModuleDict({"stages": stages, "head": nn.Linear(2, 2)})
    assert [*model_blocks(module).parts] == ["stages.0", "stages.1", "head"]
