from __future__ import annotations

import copy
import gc
import sys
import weakref

import cloudpickle
import pytest
import torch
from torch import nn

from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.measure.latency.blocks import BASE, VARIANT
from pytest_vidcompress.measure.latency.fresh_process import ForkServer
from pytest_vidcompress.measure.latency.timer import Timer, send
from pytest_vidcompress.runtimes.torch_compile import TORCH_COMPILE, Compiled
from pytest_vidcompress.runtimes.torch_eager import executable
from tests.models.small import NO_CLIPS, logits, model, pixels
from tests.runtimes.compilers import needs_compiler


def made(recipe: str, family: str) -> Compiled:
    run = TORCH_COMPILE.prepare(parse(recipe, TECHNIQUES).apply(model(family), NO_CLIPS))
    assert isinstance(run, Compiled)
    return run


@pytest.mark.slow
@needs_compiler
@pytest.mark.parametrize(("recipe", "family"), [("fp32", "timesformer"), ("fp16", "videomae")])
def test_the_same_logits_clip_by_clip(recipe: str, family: str) -> None:
    run = made(recipe, family)
    expected = logits(executable(parse(recipe, TECHNIQUES).apply(model(family), NO_CLIPS).module))
    together = run(pixels(2))
    assert (together - expected).abs().max() < 1e-4 * expected.abs().max()
    assert torch.equal(run(pixels(2)[1:]), together[1:])


class Scaled(nn.Module):
    def __init__(self, by: float) -> None:
        super().__init__()
        self.by = nn.Parameter(torch.tensor(by))

    def forward(self, clip: torch.Tensor) -> torch.Tensor:
        return clip.mean((1, 2, 3, 4)).unsqueeze(1) * self.by


@needs_compiler
@pytest.mark.slow
def test_modules_that_differ_in_a_number_do_not_share_what_is_compiled() -> None:
    """Of several that make the same graph, each is frozen with its own numbers, and none is a recompilation."""
    one = torch.ones(1, 2, 3, 4, 4)
    with torch._dynamo.config.patch(recompile_limit=1, fail_on_recompile_limit_hit=True):
        runs = [Compiled(Scaled(by).eval()) for by in (1.0, 2.0, 3.0)]
        assert [run(one).item() for run in runs] == [1, 2, 3]
        copies = [copy.deepcopy(runs[1]), cloudpickle.loads(cloudpickle.dumps(runs[2]))]
        assert [run(one).item() for run in copies] == [2, 3]


@needs_compiler
@pytest.mark.slow
def test_what_was_compiled_goes_with_its_module() -> None:
    run = Compiled(Scaled(2.0).eval())
    run(torch.ones(1, 2, 3, 4, 4))
    module = weakref.ref(run._module)
    del run
    gc.collect()
    assert module() is None


@pytest.mark.slow
@needs_compiler
def test_fresh_processes_compile_it_anew_and_time_it_without() -> None:
    pixels, run = torch.ones(1, 2, 3, 4, 4), Compiled(nn.Sequential(nn.Flatten(), nn.Linear(96, 2)).eval())
    run(pixels)
    worker = ForkServer(paths=tuple(sys.path))
    try:
        send(worker, {VARIANT: run, BASE: run}, pixels)
        turn = Timer({VARIANT: worker, BASE: worker}, 2.0, builds=True).turn()
    finally:
        worker.close()
    assert len(turn.variant_s) == len(turn.base_s) == 1
    # Compiling takes a hundred thousand times as long as such a call.
    assert turn.variant_s[0] < 0.05


def test_layers_packed_for_torch_are_refused_by_name() -> None:
    pytest.importorskip("torch.ao.nn.quantized")
    with pytest.raises(VidcompressError, match=r"layer '\S+' are packed .*--vc-runtime=torch"):
        made("int8-dynamic", "videomae")


def test_without_a_compiler_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setenv("CXX", "/nowhere/c++")
    with pytest.raises(VidcompressError, match=r"needs a C\+\+ compiler.*apt-get install g\+\+"):
        made("fp32", "videomae")


@needs_compiler
def test_what_does_not_compile_is_said() -> None:
    class Failing(nn.Module):
        def forward(self, clip: torch.Tensor) -> torch.Tensor:
            return clip.view(-1, 5) @ clip.view(7, -1)

    with pytest.raises(VidcompressError, match=r"torch.compile failed \(.+\); .*--vc-runtime=torch"):
        Compiled(Failing())(torch.ones(1, 2, 3, 4, 4))


def test_version() -> None:
    assert TORCH_COMPILE.version() == "torch-compile" + ".".join(torch.__version__.split(".")[:2])


@needs_compiler
@pytest.mark.slow
def test_it_is_compiled_once_wherever_pixels_come_from() -> None:
    run, clip = Compiled(Scaled(2.0).eval()), torch.ones(3, 2, 3, 4, 4)
    with torch._dynamo.config.patch(recompile_limit=1, fail_on_recompile_limit_hit=True):
        with torch.inference_mode():
            assert run(clip.clone()).tolist() == [[2], [2], [2]]
            assert run(clip[1:].clone()[:1]).tolist() == [[2]]
        assert run(clip).tolist() == [[2], [2], [2]]
        with torch.no_grad():
            assert run(clip[2:]).tolist() == [[2]]
