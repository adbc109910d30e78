from __future__ import annotations

import copy
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import cloudpickle
import pytest
import torch
from torch import nn

from pytest_vidcompress.compress.fuse.fused_layers import Attention
from pytest_vidcompress.compress.int8.quantized import QuantizedAttention, QuantizedLinear
from pytest_vidcompress.compress.int8.range import Range
from pytest_vidcompress.compress.layers.substitute import exactly, substitute
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.measure.latency.blocks import BASE, VARIANT
from pytest_vidcompress.measure.latency.fresh_process import ForkServer
from pytest_vidcompress.measure.latency.timer import Timer, send
from pytest_vidcompress.measure.profile.trace import hotspots
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.runtimes import integer_sums
from pytest_vidcompress.runtimes.onnx import FILE, ONNXRUNTIME, Graph
from pytest_vidcompress.runtimes.torch_eager import executable
from tests.models.small import FAMILIES, NO_CLIPS, model, pixels

pytestmark = pytest.mark.skipif(bool(ONNXRUNTIME.missing), reason=f"onnxruntime: {ONNXRUNTIME.missing}")


def compressed(recipe: str, family: str, **geometry: Any) -> Model:
    return parse(recipe, TECHNIQUES).apply(model(family, **geometry), NO_CLIPS)


def made(given: Model) -> Graph:
    graph = ONNXRUNTIME.prepare(given)
    assert isinstance(graph, Graph)
    return graph


def eager(given: Model) -> torch.Tensor:
    with torch.inference_mode():
        output = executable(given.module)(pixels(2))
    return getattr(output, "logits", output)


def close(found: torch.Tensor, expected: torch.Tensor, relative: float = 1e-4) -> bool:
    return bool((found - expected).abs().max() < relative * expected.abs().max())


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("recipe", ["fp32", "fuse", "prune-global", "fp16", "int8-weights"])
def test_the_same_logits_clip_by_clip(recipe: str, family: str) -> None:
    given = compressed(recipe, family)
    graph = made(given)
    together = graph(pixels(2))
    assert close(together, eager(given))
    assert torch.equal(graph(pixels(2)[1:]), together[1:])


@pytest.mark.parametrize("family", FAMILIES)
def test_saved_loaded_copied_and_pickled_it_gives_the_same_bits(family: str, tmp_path: Path) -> None:
    assert ONNXRUNTIME.save is not None
    assert ONNXRUNTIME.load is not None
    graph = made(compressed("fuse", family))
    expected = graph(pixels())
    ONNXRUNTIME.save(graph, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [FILE]
    for other in (
        ONNXRUNTIME.load(tmp_path),
        copy.deepcopy(graph),
        cloudpickle.loads(cloudpickle.dumps(graph)),
    ):
        assert torch.equal(other(pixels()), expected)


@pytest.mark.parametrize("family", FAMILIES)
def test_what_is_stored_narrow_is_narrow_in_the_file(family: str) -> None:
    size = {
        recipe: len(made(compressed(recipe, family, hidden_size=96, intermediate_size=384)).content)
        for recipe in ("fp32", "fp16", "int8-weights")
    }
    assert size["fp16"] < 0.6 * size["fp32"]
    assert size["int8-weights"] < 0.4 * size["fp32"]


def quantized(family: str, **geometry: Any) -> Model:
    def layer(name: str, part: nn.Module) -> nn.Module:
        assert isinstance(part, nn.Linear)
        return QuantizedLinear(part, Range.of(-4.0, 5.0))

    given = model(family, **geometry)
    return replace(given, module=substitute(given.module, exactly(nn.Linear), layer))


@pytest.mark.parametrize("family", FAMILIES)
def test_quantized_layers_become_integer_products(family: str) -> None:
    wide = {"hidden_size": 96, "intermediate_size": 384}
    given = quantized(family, **wide)
    layers = [part for part in given.module.modules() if isinstance(part, QuantizedLinear)]
    graph = made(given)
    # Where sums would be cut off, weights have coarser steps.
    assert close(graph(pixels(2)), eager(given), 0.05 if integer_sums.saturate() else 0.02)
    executed = Counter(each.operator for each in graph.profile(pixels()))
    assert executed["MatMulIntegerToFloat"] == len(layers)
    assert executed["DequantizeLinear"] == executed["Gemm"] == 0
    saved = 3 * sum(layer.weight.numel() for layer in layers)  # bytes; scales and their nodes take some
    assert len(made(model(family, **wide)).content) - len(graph.content) > 0.9 * saved


@pytest.mark.parametrize("family", FAMILIES)
def test_quantized_attention_becomes_integer_products(family: str) -> None:
    given = compressed("fuse", family)
    parts = sum(isinstance(part, Attention) for part in given.module.modules())
    values = Range.of(-4.0, 5.0)
    ranges = (values, values, values, Range.of(0.0, 1.0))
    substitute(given.module, exactly(Attention), lambda _, part: QuantizedAttention(*ranges))
    graph = made(given)
    assert close(graph(pixels(2)), eager(given), 0.02)
    executed = Counter(each.operator for each in graph.profile(pixels()))
    assert executed["MatMulIntegerToFloat"] == 2 * parts > 0


def test_it_takes_the_threads_that_torch_has_at_the_first_call_and_does_not_spin() -> None:
    graph, before = made(model("videomae")), torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        graph(pixels())
    finally:
        torch.set_num_threads(before)
    options = graph._session.get_session_options()
    assert (options.intra_op_num_threads, options.inter_op_num_threads) == (3, 1)
    assert options.get_session_config_entry("session.intra_op.allow_spinning") == "0"


@pytest.mark.parametrize("family", FAMILIES)
def test_it_tells_the_time_of_its_operators_and_of_their_modules(family: str) -> None:
    seen = hotspots(made(quantized(family)), pixels())
    assert (seen.source, seen.note) == ("onnx", "")
    found = {spot.name: spot for spot in seen.operators}
    assert {"Softmax", "MatMulIntegerToFloat"} <= found.keys()
    assert found["MatMulIntegerToFloat"].self_s > 0
    assert any(spot.name.endswith("layer.*.output.dense") for spot in seen.modules)


def test_fresh_processes_start_sessions_of_their_own() -> None:
    graph = made(model("videomae"))
    graph(pixels())
    worker = ForkServer(paths=tuple(sys.path))
    try:
        send(worker, {VARIANT: graph, BASE: graph}, pixels())
        turn = Timer({VARIANT: worker, BASE: worker}, 2.0, builds=True).turn()
    finally:
        worker.close()
    assert len(turn.variant_s) == len(turn.base_s) == 1


def test_pixels_in_the_layout_of_the_model() -> None:
    class Channels(nn.Module):
        def forward(self, clip: torch.Tensor) -> torch.Tensor:
            return clip.mean((2, 3, 4))

    given = model("videomae")
    turned = replace(given, module=Channels(), profile=replace(given.profile, layout="BCTHW"))
    clip = pixels().transpose(1, 2).contiguous()
    assert close(made(turned)(clip), clip.mean((2, 3, 4)))


def test_what_cannot_be_exported_is_refused_by_name() -> None:
    with pytest.raises(VidcompressError, match=r"layer '\S+' are packed .*--vc-runtime=torch"):
        made(compressed("int8-dynamic", "videomae"))

    class Special(nn.Module):
        def forward(self, clip: torch.Tensor) -> torch.Tensor:
            return torch.special.i1e(clip.mean((2, 3, 4)))

    given = replace(model("videomae"), name="mine", module=Special())
    with pytest.raises(VidcompressError, match=r"'mine' cannot be exported to ONNX \(.*--vc-runtime=torch"):
        made(given)


def test_a_file_that_is_none_is_refused() -> None:
    with pytest.raises(VidcompressError, match=r"cannot load model.onnx \("):
        Graph(b"PK nothing of the kind")(pixels())


def test_exporting_leaves_the_model_alone() -> None:
    for given in (
        compressed("fp16", "videomae"),
        compressed("int8-weights", "videomae"),
        quantized("videomae"),
    ):
        before = {name: tensor.clone() for name, tensor in given.module.state_dict().items()}
        made(given)
        after = given.module.state_dict()
        assert after.keys() == before.keys()
        assert all(torch.equal(after[name], before[name]) for name in before)


def test_version() -> None:
    assert ONNXRUNTIME.version().startswith("onnxruntime1.")
