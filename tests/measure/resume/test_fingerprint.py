"""Whatever changes what a module computes changes its fingerprint, or takes it away."""

from __future__ import annotations

import copy
import functools
import importlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from pytest_vidcompress.artefacts.variant import build
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.measure.resume import fingerprint as the
from pytest_vidcompress.measure.resume.fingerprint import fingerprint
from pytest_vidcompress.measure.resume.source_files import loaded_source, own_source
from pytest_vidcompress.runtimes.registry import RUNTIMES
from tests.models.small import FAMILIES, NO_CLIPS, checkpoint, model, network

RECIPES = ("fp32", "prune-global", "prune-local-both", "int8-dynamic", "fp16", "prune-global+fp16")


def now() -> float:
    return time.time() + 1


def of(module: object) -> str | None:
    return fingerprint(module, now())


@pytest.fixture
def small() -> Any:
    return network("videomae")


@pytest.mark.parametrize("family", FAMILIES)
def test_every_variant_has_one_of_its_own_and_the_same_again(family: str) -> None:
    reference = model(family)
    made = [
        [of(build(parse(text, TECHNIQUES), reference, NO_CLIPS, RUNTIMES).module) for text in RECIPES]
        for _ in range(2)
    ]
    assert made[0] == made[1]
    assert None not in made[0]
    assert len(set(made[0])) == len(RECIPES)


@pytest.mark.slow
def test_another_process_finds_the_same(tmp_path: Path) -> None:
    checkpoint(tmp_path / "saved", "timesformer")
    script = """
import sys, time
from pytest_vidcompress.measure.resume.fingerprint import fingerprint
from pytest_vidcompress.models.checkpoint.load_checkpoint import load_checkpoint
from tests.models.small import network
for module in (network("videomae"), load_checkpoint(sys.argv[1])[0]):
    print(fingerprint(module, time.time() + 1))
"""
    runs = {
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", script, str(tmp_path / "saved")],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    (found,) = runs
    assert len(found.split()) == 2
    assert "None" not in found


def _change(small: Any, how: str) -> None:
    first = small.videomae.encoder.layer[0]
    with torch.no_grad():
        if how == "weight":
            first.output.dense.weight[0, 0] += 1e-7
        elif how == "sign of zero":
            first.output.dense.bias[0] = -0.0
        elif how == "layout in memory":
            first.output.dense.weight = nn.Parameter(first.output.dense.weight.t().contiguous().t())
        elif how == "precision":
            first.output.dense.weight = nn.Parameter(first.output.dense.weight.double())
        elif how == "plain tensor":
            small.videomae.embeddings.position_embeddings[0, 0, 0] += 1
        elif how == "plain number":
            first.attention.attention.scaling *= 1.5
        elif how == "epsilon":
            first.layernorm_before.eps = 1e-3
        elif how == "activation":
            first.intermediate.intermediate_act_fn = nn.ReLU()
        elif how == "function":
            first.intermediate.intermediate_act_fn.act = torch.nn.functional.silu
        elif how == "configuration":
            small.config.use_mean_pooling = not small.config.use_mean_pooling
        elif how == "attention":
            small.config._attn_implementation = "eager"
        elif how == "layer less":
            del small.videomae.encoder.layer[1]
        elif how == "layers in another order":
            small.videomae.encoder.layer = nn.ModuleList([*small.videomae.encoder.layer][::-1])
        elif how == "buffer":
            small.register_buffer("more", torch.zeros(1))
        elif how == "class":
            first.layernorm_before.__class__ = nn.RMSNorm


@pytest.mark.parametrize(
    "how",
    [
        *(
            "weight",
            "sign of zero",
            "layout in memory",
            "precision",
            "plain tensor",
            "plain number",
            "epsilon",
        ),
        *("activation", "function", "configuration", "attention", "layer less", "layers in another order"),
        *("buffer", "class"),
    ],
)
def test_a_change_is_seen(small: Any, how: str) -> None:
    if how == "sign of zero":
        with torch.no_grad():
            small.videomae.encoder.layer[0].output.dense.bias[0] = 0.0
    before = of(small)
    _change(small, how)
    after = of(small)
    assert before is not None
    assert after is not None
    assert after != before


def test_what_decides_nothing_is_not_seen(small: Any) -> None:
    before = of(small)
    assert of(copy.deepcopy(small)) == before
    assert of(small.train()) == before
    small.config._name_or_path = "elsewhere"
    assert of(small) == before


def test_scales_of_quantized_weights_are_seen() -> None:
    quantized: list[Any] = []
    for scale in (0.1, 0.2):
        layer = nn.quantized.dynamic.Linear(4, 4)  # type: ignore[attr-defined]
        weight = torch.quantize_per_tensor(torch.ones(4, 4) * scale, scale, 0, torch.qint8)
        layer.set_weight_bias(weight, None)
        quantized.append(of(layer))
    assert None not in quantized
    assert quantized[0] != quantized[1]


def _hooked(module: nn.Module, register: str) -> nn.Module:
    getattr(module, register)(lambda *_: None)
    return module


def _instance_forward(module: Any) -> nn.Module:
    module.forward = lambda pixels: pixels
    return module


class _Local(nn.Module):
    def __init__(self, held: object) -> None:
        super().__init__()
        self.held = held


UNKNOWN: dict[str, Callable[[Any], object]] = {
    "callable": lambda module: lambda pixels: module(pixels),
    "partial": lambda module: functools.partial(module, 1),
    "bound method": lambda module: module.forward,
    "forward of its own": _instance_forward,
    "hook": lambda module: _hooked(module, "register_forward_hook"),
    "hook before": lambda module: _hooked(module, "register_forward_pre_hook"),
    "hook inside": lambda module: nn.Sequential(_hooked(nn.Linear(1, 1), "register_forward_hook")),
    "compiled": lambda module: torch.compile(module),
    "scripted": lambda module: torch.jit.script(nn.Linear(2, 2)),
    "traced": lambda module: torch.fx.symbolic_trace(nn.Linear(2, 2)),
    "parametrized": lambda module: nn.utils.parametrizations.weight_norm(nn.Linear(2, 2)),
    "lambda inside": lambda module: _Local(lambda x: x),
    "closure inside": lambda module: _Local([{"deep": _instance_forward(nn.Linear(1, 1)).forward}]),
    "file inside": lambda module: _Local(sys.stdout),
    "tensor of another kind": lambda module: _Local(torch.ones(2, 2).to_sparse()),
    "tensor without data": lambda module: nn.Linear(2, 2, device="meta"),
    "too deep": lambda module: _Local(functools.reduce(lambda inner, _: [inner], range(100_000), [])),
}


@pytest.mark.parametrize("what", UNKNOWN)
@pytest.mark.filterwarnings("ignore")
def test_what_cannot_be_known_has_none(small: Any, what: str) -> None:
    assert of(UNKNOWN[what](small)) is None


def test_hooks_of_all_modules_are_seen(small: Any) -> None:
    handle = torch.nn.modules.module.register_module_forward_hook(lambda *_: None)
    try:
        assert of(small) is None
    finally:
        handle.remove()
    assert of(small) is not None


def test_a_circle_has_an_end() -> None:
    one = _Local(None)
    one.held = [one]
    assert of(one) is not None


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """Writes modules of a user and loads one of them anew."""
    folder = tmp_path / "site-packages"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    known = {*sys.modules}

    def load(name: str, **sources: str) -> Any:
        for each, text in sources.items():
            (folder / f"{each}.py").write_text(text)
        for each in {*sys.modules} - known:
            if Path(getattr(sys.modules[each], "__file__", None) or "/").is_relative_to(tmp_path):
                del sys.modules[each]
        importlib.invalidate_caches()
        return importlib.import_module(name)

    yield load
    for each in {*sys.modules} - known:
        if Path(getattr(sys.modules[each], "__file__", None) or "/").is_relative_to(tmp_path):
            del sys.modules[each]


THEIRS = """
import torch
from their_helper import times

class Theirs(torch.nn.Module):
    def forward(self, pixels):
        return pixels.flatten(1)[:, :3] * times()
"""
HELPER = "def times(): return {}\n"


def test_code_that_is_not_installed_counts_with_all_that_it_may_call(user: Callable[..., Any]) -> None:
    first = of(user("theirs", theirs=THEIRS, their_helper=HELPER.format(2)).Theirs())
    again = of(user("theirs").Theirs())
    of_class = of(user("theirs", theirs=THEIRS.replace("[:, :3]", "[:, -3:]")).Theirs())
    of_helper = of(user("theirs", theirs=THEIRS, their_helper=HELPER.format(3)).Theirs())
    assert first == again
    assert None not in (first, of_class, of_helper)
    assert len({first, of_class, of_helper}) == 3


def test_code_that_was_edited_after_it_was_loaded_cannot_be_known(user: Callable[..., Any]) -> None:
    module = user("theirs", theirs=THEIRS, their_helper=HELPER.format(2)).Theirs()
    helper = Path(sys.modules["their_helper"].__file__ or "")
    began = time.time() + 0.05
    assert fingerprint(module, began) is not None
    time.sleep(0.1)
    helper.write_text(HELPER.format(3))
    assert fingerprint(module, began) is None
    # Neither by a file that is older.
    os.utime(helper, (0, 0))
    assert fingerprint(module, began) is None
    helper.unlink()
    assert fingerprint(module, now()) is None


def test_a_method_put_in_place_of_a_librarys_is_code_of_the_user(
    small: Any, user: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = of(small)
    patch = "def forward(self, states):\n    return states * {}\n"
    for factor in (1, 2):
        own = user("their_patch", their_patch=patch.format(factor))
        monkeypatch.setattr(nn.LayerNorm, "forward", own.forward)
        assert of(small) not in (None, before)
        before = of(small)


def test_installed_code_that_is_not_known_by_version_counts_by_its_file(
    user: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(the, "is_installed", lambda file: True)
    found = {
        of(user("theirs", theirs=THEIRS + more, their_helper=HELPER.format(2)).Theirs())
        for more in ("", "", "# 1\n")
    }
    assert None not in found
    assert len(found) == 2


def test_sources(user: Callable[..., Any]) -> None:
    before = loaded_source(now())
    user("their_helper", their_helper=HELPER.format(2))
    assert None not in (before, loaded_source(now()), own_source(now()))
    assert before != loaded_source(now())
    assert own_source(0) is None
