"""What is for the CPU alone is refused on another device, by name."""

from __future__ import annotations

import pytest

from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import IMMEDIATE, TECHNIQUES
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.runtimes.device_support import refuse_runtime, refuse_unsupported
from pytest_vidcompress.runtimes.registry import RUNTIMES
from pytest_vidcompress.runtimes.runtime import as_runtime


def refuse(text: str, device: str) -> None:
    recipe = parse(text, TECHNIQUES)
    refuse_unsupported(recipe, recipe.runtime, RUNTIMES[recipe.runtime], device)


@pytest.mark.parametrize(
    "text", ["fp32", "prune-global", "fuse", "fuse+int8-weights", "bf16", "fp16@torch-compile"]
)
def test_what_torch_executes_runs_where_its_module_is(text: str) -> None:
    refuse(text, "cuda:0")


@pytest.mark.parametrize("text", [*IMMEDIATE, *(f"fp32@{name}" for name in RUNTIMES)])
def test_on_the_cpu_nothing_is_refused(text: str) -> None:
    refuse(text, "cpu")


@pytest.mark.parametrize("runtime", [name for name, each in RUNTIMES.items() if each.needs])
def test_a_runtime_of_the_cpu_is_named_with_the_variant(runtime: str) -> None:
    with pytest.raises(VidcompressError) as refused:
        refuse(f"prune-global@{runtime}", "cuda:0")
    assert str(refused.value) == (
        f"variant 'prune-global@{runtime}' cannot run on cuda:0: runtime {runtime!r} computes on the CPU alone, and"
        " --vc-device=cuda:0 is another: leave that option out, or run in torch with --vc-runtime=torch"
    )


@pytest.mark.parametrize("text", ["int8-dynamic", "fuse+int8-dynamic"])
def test_kernels_of_the_cpu_are_named_with_the_variant(text: str) -> None:
    with pytest.raises(VidcompressError) as refused:
        refuse(text, "mps")
    assert str(refused.value) == (
        f"variant '{text}' cannot run on mps: the kernels of int8-dynamic are of the CPU alone; measure it without"
        " --vc-device"
    )


def test_a_function_of_a_hook_is_taken_for_one_of_the_cpu() -> None:
    own = as_runtime("mine", lambda module: module)
    with pytest.raises(VidcompressError, match=r"^runtime 'mine' computes on the CPU alone"):
        refuse_runtime("mine", own, "cuda")
