"""`vidcompress learn` on a cluster: nodes train a recipe each, and what they learned is in the folder here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_vidcompress.console import main
from tests.run.engines.ray.two_nodes import TwoNodes, two_nodes

pytestmark = pytest.mark.slow
RECIPES = ("finetune:steps=1,batch=2", "finetune:steps=2,batch=2")


@pytest.fixture(scope="module")
def nodes() -> Iterator[TwoNodes]:
    with two_nodes() as found:
        yield found


def command(nodes: TwoNodes, tmp_path: Path, *recipes: str) -> list[str]:
    places = [f"--{name}={tmp_path / name}" for name in ("learned", "cache", "store")]
    return ["learn", "videomae", *recipes, "--sample=64", f"--engine=ray:{nodes.address}", *places]


def test_nodes_train_a_recipe_each(
    nodes: TwoNodes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command(nodes, tmp_path, *RECIPES)) == 0, capsys.readouterr().err
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert len([*(tmp_path / "learned").glob("*/*/recipe.json")]) == 2
    assert len([*(tmp_path / "store" / "learned").iterdir()]) == 2


def test_what_a_node_refuses_is_said_in_a_line(
    nodes: TwoNodes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command(nodes, tmp_path, "fp16")) == 2
    assert "vidcompress: fp16 of videomae: recipe 'fp16' learns nothing" in capsys.readouterr().err
