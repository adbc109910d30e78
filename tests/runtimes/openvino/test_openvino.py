from __future__ import annotations

import copy
import pickle
from dataclasses import replace
from functools import cache
from importlib.metadata import version
from pathlib import Path

import pytest
import torch

from pytest_vidcompress.compress.int8.quantized import QuantizedAttention, QuantizedLinear
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.runtimes import integer_sums
from pytest_vidcompress.runtimes.openvino import OPENVINO
from pytest_vidcompress.runtimes.torch_eager import executable
from tests.models.packaged import packaged, spare
from tests.models.small import FAMILIES, NO_CLIPS, logits, model, pixels

pytestmark = pytest.mark.skipif(bool(OPENVINO.missing), reason=f"openvino: {OPENVINO.missing}")


def made_anew(recipe: str, family: str):
    return OPENVINO.prepare(parse(recipe, TECHNIQUES).apply(model(family), NO_CLIPS))


made = cache(made_anew)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("recipe", ["fp32", "fuse", "prune-global"])
@pytest.mark.slow
def test_floats_give_the_same_logits(recipe: str, family: str) -> None:
    compressed = parse(recipe, TECHNIQUES).apply(model(family), NO_CLIPS).module
    with torch.inference_mode():
        output = compressed(pixels(2))
    expected = getattr(output, "logits", output)
    found = made(recipe, family)(pixels(2))
    assert (found - expected).abs().max() < 1e-4 * expected.abs().max()


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_halves_are_halves_on_disk_and_close(family: str, tmp_path: Path) -> None:
    assert OPENVINO.save is not None
    sizes = []
    for recipe in ("fp32", "fp16"):
        folder = tmp_path / recipe
        folder.mkdir()
        OPENVINO.save(made(recipe, family), folder)
        sizes.append((folder / "model.bin").stat().st_size)
    assert sizes[1] < 0.55 * sizes[0]
    expected = logits(model(family).module)
    assert (made("fp16", family)(pixels(2)) - expected).abs().max() < 0.01 * expected.abs().max()


@pytest.mark.parametrize("family", ["videomae", pytest.param("timesformer", marks=pytest.mark.slow)])
def test_saved_loaded_copied_and_pickled_it_gives_the_same_bits(family: str, tmp_path: Path) -> None:
    assert OPENVINO.save is not None
    assert OPENVINO.load is not None
    run = made("fuse", family)
    expected = run(pixels())
    OPENVINO.save(run, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"model.xml", "model.bin"}
    for other in (OPENVINO.load(tmp_path), copy.deepcopy(run), pickle.loads(pickle.dumps(run))):
        assert torch.equal(other(pixels()), expected)


def test_version_and_instruction_set_are_told() -> None:
    assert OPENVINO.version().startswith("openvino20")
    run = made("fuse", "videomae")
    assert run.isa() in ("", "amx", "avx512", "avx512_core_vnni", "avx512_vnni", "avx2_vnni", "avx2", "neon")


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_the_same_model_is_the_same_bytes(family: str) -> None:
    """A baseline holds the size exactly; OpenVINO numbers its nodes through a whole process."""
    first, second = (made_anew("fuse+int8-weights", family) for _ in range(2))
    assert first.graph == second.graph
    assert first.weights == second.weights


def test_its_size_does_not_hang_on_the_name_of_a_version() -> None:
    graph = made("fuse", "videomae").graph
    assert version("openvino").encode() not in graph
    assert graph.rstrip().endswith(b"</net>")


def test_it_tells_the_time_of_its_nodes() -> None:
    told = made("fuse", "timesformer").profile(pixels())
    assert {"FullyConnected"} <= {each.operator for each in told}
    assert all(each.seconds > 0 for each in told)


@pytest.mark.parametrize("family", ["videomae", pytest.param("timesformer", marks=pytest.mark.slow)])
def test_static_int8_runs_in_integer_kernels_and_agrees_with_torch(family: str) -> None:
    """Complaint of every library: what is called int8 is multiplied in float, and nobody says so."""
    trained = packaged(family)
    compressed = parse("fuse+int8-static", TECHNIQUES).apply(trained, spare(trained))
    run = OPENVINO.prepare(compressed)
    products = [
        each for each in run.profile(torch.randn(1, 8, 3, 64, 64)) if each.operator == "FullyConnected"
    ]
    assert products
    assert all(each.kernel.lower().endswith(("i8", "u8")) for each in products), {
        each.kernel for each in products
    }
    given = torch.randn(4, 8, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        expected = executable(compressed.module)(given)
    assert (run(given) - expected).norm() < 0.1 * expected.norm()


@pytest.mark.skipif(integer_sums.saturate(), reason="without VNNI OpenVINO fuses no attention of integers")
@pytest.mark.parametrize("family", [pytest.param("timesformer", marks=pytest.mark.slow), "videomae"])
def test_the_products_of_attention_run_in_integer_kernels(family: str) -> None:
    """A factor whose range has an offset is multiplied in float: ten of VideoMAE-base's twelve blocks once were."""
    trained = packaged(family)
    module = parse("fuse+int8-static:attention=all", TECHNIQUES).apply(trained, spare(trained)).module
    said = {
        name
        for name, part in module.named_modules()
        if isinstance(part, QuantizedAttention | QuantizedLinear)
    }
    run = OPENVINO.prepare(replace(trained, module=module))
    told = run.integers()
    assert said <= set(told)
    assert not {name for name in told if name.startswith("blocks.3.key")}, "int8 is only how it is stored"
    attention = [each for each in run.profile(torch.zeros(1, 8, 3, 64, 64)) if each.kind == "fused attention"]
    assert len(attention) >= len([name for name in said if name.endswith("attention")]) >= 4


@pytest.fixture(scope="module")
def quantized() -> Model:
    trained = packaged("videomae")
    return parse("fuse+int8-static:attention=all", TECHNIQUES).apply(trained, spare(trained))


@pytest.mark.parametrize("factor", ["query", "key", "value"])
@pytest.mark.slow
def test_a_product_that_is_float_is_not_said_to_be_integer(factor: str, quantized: Model) -> None:
    module = copy.deepcopy(quantized.module)
    getattr(module.get_submodule("blocks.1.attention"), f"{factor}_zero_point").fill_(120)
    told = OPENVINO.prepare(replace(quantized, module=module)).integers()
    assert "blocks.0.attention" in told
    assert "blocks.1.attention" not in told
