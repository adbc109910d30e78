from __future__ import annotations

from types import SimpleNamespace

import pytest

from pytest_vidcompress.runtimes.onnx.module_names import module_of, name_by_module


@pytest.mark.parametrize(
    ("node", "module"),
    [
        ("/module/fc/MatMul", "fc"),
        ("/module/blocks.0/mlp/up/MatMul_1", "blocks.0.mlp.up"),
        ("/module/blocks/blocks.1/down/down.0/Conv_token_4", "blocks.1.down.0"),
        ("/module/blocks.0/attention/MatMul/MatMulScaleFusion/", "blocks.0.attention"),
        ("/module/stem/stem.0/DequantizeLinear_3/duplicated", "stem.0"),
        ("/module/Flatten", ""),
        ("/elsewhere/fc/MatMul", ""),
        ("Transpose_token_3", ""),
        ("", ""),
    ],
)
def test_the_module_of_a_node(node: str, module: str) -> None:
    assert module_of(node) == module


@pytest.mark.parametrize(
    ("node", "right"),
    [
        ("/module/blocks.3/up/MatMul", "/module/blocks/3/mlp/up/MatMul"),
        ("/module/x/x.0/Conv", "/module/x/x.0/Conv"),
        ("/module/blocks.3/Add", "/module/blocks.3/Add"),
        ("/module/twice/up/MatMul", "/module/twice/up/MatMul"),
        ("Transpose", "Transpose"),
    ],
)
def test_parts_called_without_their_parents_get_their_whole_name(node: str, right: str) -> None:
    modules = (
        "",
        "blocks",
        "blocks.3",
        "blocks.3.mlp.up",
        "blocks.30.mlp.up",
        "x",
        "x.0",
        "twice.a.up",
        "twice.b.up",
    )
    graph = SimpleNamespace(node=[SimpleNamespace(name=node)])
    assert name_by_module(graph, modules) == (node != right)
    assert graph.node[0].name == right
    assert module_of(right) == module_of(graph.node[0].name)
