"""Whether bfloat16 is computed with, by what a CPU and whoever executes a model say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from pytest_vidcompress.artefacts.variant import build
from pytest_vidcompress.compress.layers.mixed_precision import MixedPrecision
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.measure.cost.weigh import weigh
from pytest_vidcompress.measure.subject import Subject
from pytest_vidcompress.models.adapter import logits_from
from pytest_vidcompress.runtimes.bf16_kernels import Bf16, cpu_kernels
from pytest_vidcompress.runtimes.registry import RUNTIMES
from pytest_vidcompress.runtimes.torch_eager import executable
from tests.models.packaged import packaged, spare
from tests.models.small import FAMILIES, NO_CLIPS, model, pixels
from tests.runtimes.compilers import needs_compiler

AMX_CPU = {"avx512_f": True, "avx512_vnni": True, "avx512_bf16": True, "amx_tile": True, "amx_bf16": True}
BF16_CPU = {**AMX_CPU, "amx_tile": False, "amx_bf16": False}
PLAIN_CPU = {"avx512_f": True, "avx512_vnni": True, "avx512_bf16": False}
RECIPES = ("bf16", "fuse+bf16")

needs_bf16 = pytest.mark.skipif(not cpu_kernels(), reason="this CPU has neither amx_bf16 nor avx512_bf16")


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Says what the CPU has; without a limit from the environment."""
    for name in ("ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA"):
        monkeypatch.delenv(name, raising=False)

    def flags(has: Mapping[str, bool], limit: str = "") -> None:
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: has)
        if limit:
            monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", limit)

    return flags


@pytest.mark.parametrize(
    ("has", "limit", "kernels"),
    [
        (AMX_CPU, "", "amx_bf16"),
        (BF16_CPU, "", "avx512_bf16"),
        (PLAIN_CPU, "", ""),
        ({}, "", ""),
        (AMX_CPU, "ALL", "amx_bf16"),
        (AMX_CPU, "AVX512_CORE_AMX", "amx_bf16"),
        (AMX_CPU, "AVX512_CORE_FP16", "avx512_bf16"),
        (AMX_CPU, "AVX512_CORE_VNNI", ""),
        (BF16_CPU, "AVX2", ""),
    ],
)
def test_the_cpu_is_asked_and_the_environment_may_forbid(
    on: Any, has: Mapping[str, bool], limit: str, kernels: str
) -> None:
    on(has, limit)
    assert cpu_kernels() == kernels


def test_an_older_torch_is_asked_in_its_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(torch.cpu, "get_capabilities")
    monkeypatch.delenv("ONEDNN_MAX_CPU_ISA", raising=False)
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: False)
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: True)
    assert cpu_kernels() == "avx512_bf16"


def test_it_says_what_it_did() -> None:
    assert Bf16("amx_bf16").note == "computes in bf16 (amx_bf16)"
    assert Bf16().note == "bf16 widened to fp32: this CPU has no bf16 kernels"


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("family", FAMILIES)
def test_without_kernels_the_rounded_weights_are_computed_with_in_fp32(
    on: Any, family: str, recipe: str
) -> None:
    on(PLAIN_CPU)
    small = parse(recipe, TECHNIQUES).apply(model(family), NO_CLIPS)
    run = executable(small.module)
    assert {each.dtype for each in run.parameters()} == {torch.float32}
    rounded = parse(recipe.replace("+bf16", "").replace("bf16", "fp32"), TECHNIQUES).apply(
        model(family), NO_CLIPS
    )
    with torch.no_grad():
        for tensor in (*rounded.module.parameters(), *rounded.module.buffers()):
            tensor.copy_(tensor.bfloat16().float())
        assert torch.equal(logits_from(run(pixels())), logits_from(rounded.module(pixels())))
    cost = weigh(Subject.of(build(parse(recipe, TECHNIQUES), model(family), NO_CLIPS, RUNTIMES)), pixels())
    assert (cost.bf16_share, cost.integer_share) == (0.0, 0.0)


@pytest.mark.parametrize("has", [AMX_CPU, BF16_CPU])
@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("family", FAMILIES)
def test_with_kernels_torch_multiplies_bfloat16_and_gives_fp32_logits(
    on: Any, family: str, recipe: str, has: Mapping[str, bool]
) -> None:
    on(has)
    of = model(family)
    variant = build(parse(recipe, TECHNIQUES), of, NO_CLIPS, RUNTIMES)
    assert isinstance(variant.module, MixedPrecision)
    products = _Products()
    with torch.no_grad():
        expected = logits_from(of.module(pixels()))
        with products:
            found = logits_from(variant.module(pixels()))
    assert found.dtype == torch.float32
    assert not torch.equal(found, found.bfloat16().float()), "rounded logits have ties"
    assert 0 < (found - expected).norm() < 0.02 * expected.norm()
    # All but the classifier, which is a row.
    assert products.dtypes.count(torch.float32) == 1
    assert products.dtypes.count(torch.bfloat16) > 8


class _Products(TorchDispatchMode):
    """What the products of one call are of."""

    def __init__(self) -> None:
        super().__init__()
        self.dtypes: list[torch.dtype] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = str(func)
        if any(
            each in name for each in ("addmm", "aten.mm", "bmm", "convolution", "flash_attention", "mkldnn")
        ):
            self.dtypes.append(
                next(each.dtype for each in args if isinstance(each, torch.Tensor) and each.ndim > 1)
            )
        return func(*args, **(kwargs or {}))


@needs_bf16
@pytest.mark.parametrize("runtime", ["torch", "openvino"])
def test_what_really_ran_is_counted_and_named(runtime: str) -> None:
    if RUNTIMES[runtime].missing:
        pytest.skip(f"{runtime}: {RUNTIMES[runtime].missing}")
    trained = packaged("videomae")
    subject = Subject.of(build(parse("fuse+bf16", TECHNIQUES), trained, NO_CLIPS, RUNTIMES, runtime))
    assert subject.bf16 == Bf16(cpu_kernels())
    cost = weigh(subject, torch.zeros(1, 8, 3, 64, 64))
    assert cost.bf16_share is not None
    assert cost.bf16_share > 0.95
    assert cost.coverage is not None
    named = {each.name: each.precision for each in cost.coverage.layers}
    assert named["blocks.0.mlp.up"] == "bfloat16"
    assert named["blocks.0.attention"] == "bfloat16"
    # Half the bytes, and the numbers that there are.
    whole = weigh(Subject.of(trained.module), torch.zeros(1, 8, 3, 64, 64))
    assert cost.tensor_bytes is not None
    assert whole.tensor_bytes is not None
    assert cost.tensor_bytes / whole.tensor_bytes == pytest.approx(0.5, abs=0.02)
    assert cost.parameters == pytest.approx(whole.parameters, rel=1e-3)
    assert cost.peak_memory_bytes is not None
    assert whole.peak_memory_bytes is not None
    assert cost.peak_memory_bytes < 0.9 * whole.peak_memory_bytes


@pytest.mark.skipif(bool(RUNTIMES["openvino"].missing), reason="no openvino")
@pytest.mark.parametrize(
    ("recipe", "has", "hint"),
    [
        ("fuse", AMX_CPU, "f32"),
        ("fp16", AMX_CPU, "f32"),
        ("fuse+bf16", PLAIN_CPU, "f32"),
        pytest.param("fuse+bf16", BF16_CPU, "bf16", marks=needs_bf16),
    ],
)
def test_openvino_is_asked_for_bf16_where_the_recipe_does_and_the_cpu_can(
    on: Any, recipe: str, has: Mapping[str, bool], hint: str
) -> None:
    on(has)
    run = RUNTIMES["openvino"].prepare(parse(recipe, TECHNIQUES).apply(model("videomae"), NO_CLIPS))
    said = run.compiled.get_property("INFERENCE_PRECISION_HINT").get_type_name()  # type: ignore[attr-defined]
    assert said == hint


@pytest.mark.skipif(bool(RUNTIMES["openvino"].missing), reason="no openvino")
def test_where_openvino_has_no_kernels_it_says_so(on: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import openvino

    class Core:
        def get_property(self, device: str, name: str) -> list[str]:
            return ["FP32", "INT8"]

    on(AMX_CPU)
    run: Any = RUNTIMES["openvino"].prepare(parse("fuse+bf16", TECHNIQUES).apply(model("videomae"), NO_CLIPS))
    monkeypatch.setattr(openvino, "Core", Core)
    assert run.bf16 == Bf16(why="OpenVINO has no bf16 kernels for this CPU")


@needs_bf16
@pytest.mark.skipif(bool(RUNTIMES["openvino"].missing), reason="no openvino")
def test_beside_integers_openvino_computes_the_rest_in_bf16() -> None:
    trained = packaged("videomae")
    small = parse("fuse+int8-static+bf16", TECHNIQUES).apply(trained, spare(trained, 4))
    run: Any = RUNTIMES["openvino"].prepare(small)
    found = run.precisions()
    assert found["blocks.0.mlp.up"] == "int8"
    assert found["blocks.0.attention"] == "bfloat16"
    assert set(found.values()) == {"int8", "bfloat16"}


def test_torch_only_simulates_integers_and_says_so() -> None:
    trained = packaged("videomae")
    recipe = parse("fuse+int8-static+bf16@torch", TECHNIQUES)
    subject = Subject.of(build(recipe, trained, spare(trained, 4), RUNTIMES))
    assert subject.bf16
    assert (
        subject.bf16.note == "bf16 widened to fp32: torch computes what is int8 in fp32, and the rest with it"
    )


def test_onnxruntime_widens_and_says_so() -> None:
    runtime = RUNTIMES["onnxruntime"]
    if runtime.missing:
        pytest.skip(f"onnxruntime: {runtime.missing}")
    for recipe, said in (
        ("bf16", "bf16 widened to fp32: ONNX Runtime multiplies none on CPUs"),
        ("fp16", None),
    ):
        run: Any = runtime.prepare(parse(recipe, TECHNIQUES).apply(model("videomae"), NO_CLIPS))
        assert (run.bf16 and run.bf16.note) == said
        assert set(run.precisions().values()) == {"float32"}


@pytest.mark.slow
@needs_compiler
@needs_bf16
def test_compiled_it_is_close_too() -> None:
    of = model("videomae")
    run = RUNTIMES["torch-compile"].prepare(parse("fuse+bf16", TECHNIQUES).apply(of, NO_CLIPS))
    with torch.inference_mode():
        expected = logits_from(of.module(pixels()))
        found = run(pixels())
    assert found.dtype == torch.float32
    assert 0 < (found - expected).norm() < 0.02 * expected.norm()
