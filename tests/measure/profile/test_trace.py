from __future__ import annotations

import pickle
import time
from collections.abc import Sequence

import pytest
import torch
from torch import nn

from pytest_vidcompress.compress.int8.packed_linear import packed
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.measure.profile import trace
from pytest_vidcompress.measure.profile.hotspots import Hotspots, Spot, shares
from pytest_vidcompress.measure.profile.operator_kinds import OUTSIDE
from pytest_vidcompress.measure.profile.trace import FEWEST, MOST, hotspots
from pytest_vidcompress.measure.resume.fingerprint import fingerprint
from pytest_vidcompress.runtimes.operator_time import OperatorTime
from tests.measure.cost.test_watch import hooked
from tests.models.small import FAMILIES, logits, network, pixels

LAYERS = 2


@pytest.fixture(scope="module")
def found() -> dict[str, Hotspots]:
    return {family: hotspots(network(family), pixels()) for family in FAMILIES}


def named(spots: Sequence[Spot]) -> dict[str, Spot]:
    return {spot.name: spot for spot in spots}


def test_known_operators_are_counted() -> None:
    class Known(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 4, 4)
            self.up, self.down = nn.Linear(4, 8), nn.Linear(8, 4)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            x = self.conv(x).flatten(2).transpose(1, 2).contiguous()
            x = self.down(torch.nn.functional.gelu(self.up(x)))
            return (x @ x.transpose(1, 2)).softmax(-1).sum(-1)

    seen = hotspots(Known(), torch.ones(1, 3, 16, 16))
    operators = named(seen.operators)
    assert operators["aten::addmm"].calls == 2
    assert (
        operators["aten::bmm"].calls
        == operators["aten::_softmax"].calls
        == operators["aten::gelu"].calls
        == 1
    )
    assert {kind.name for kind in seen.kinds} >= {
        *("linear", "attention matmul", "softmax", "activation", "convolution", OUTSIDE)
    }
    modules = {(spot.name, spot.kind): spot.calls for spot in seen.modules}
    assert modules == {
        ("Known", "Known"): 1,
        ("conv", "Conv2d"): 1,
        ("up", "Linear"): 1,
        ("down", "Linear"): 1,
    }
    assert (seen.source, seen.note, seen.integer_share) == (trace.TORCH, "", 0)
    assert 1 <= seen.runs <= MOST


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.slow
def test_time_adds_up(family: str, found: dict[str, Hotspots]) -> None:
    seen = found[family]
    for spots in (seen.operators, seen.modules, seen.kinds):
        assert sum(shares(spots).values()) == pytest.approx(1)
        assert all(0 <= spot.self_s <= spot.total_s * 1.001 + 1e-9 for spot in spots)
        assert list(spots) == sorted(spots, key=lambda spot: -spot.self_s)
    operators = named(seen.operators)
    # What a linear layer calls is in its total.
    assert operators["aten::linear"].total_s > operators["aten::linear"].self_s
    assert operators["aten::linear"].total_s >= 0.9 * operators["aten::addmm"].self_s


@pytest.mark.parametrize(
    ("family", "name", "kind"),
    [
        ("timesformer", "timesformer.encoder.layer.*.temporal_attention.attention.qkv", "Linear"),
        ("timesformer", "timesformer.encoder.layer.*.attention.attention", "TimesformerSelfAttention"),
        ("videomae", "videomae.encoder.layer.*.attention.attention.query", "Linear"),
        ("videomae", "videomae.encoder.layer.*.layernorm_before", "LayerNorm"),
    ],
)
def test_layers_are_folded(family: str, name: str, kind: str, found: dict[str, Hotspots]) -> None:
    spot = named(found[family].modules)[name]
    assert (spot.kind, spot.calls) == (kind, LAYERS)


def test_a_module_holds_its_parts(found: dict[str, Hotspots]) -> None:
    modules = named(found["videomae"].modules)
    layer, attention = modules["videomae.encoder.layer.*"], modules["videomae.encoder.layer.*.attention"]
    assert layer.total_s > attention.total_s > attention.self_s
    whole = modules["VideoMAEForVideoClassification"]
    assert whole.total_s == max(spot.total_s for spot in modules.values())
    assert whole.calls == 1


def test_time_is_where_it_is_spent() -> None:
    class Slow(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            time.sleep(0.05)
            return x + 1

    seen = hotspots(nn.Sequential(nn.Linear(4, 4), Slow()), torch.ones(1, 4))
    assert seen.modules[0].kind == "Slow"
    assert shares(seen.modules)["*", "Slow"] > 0.8
    # No operator sleeps.
    assert seen.kinds[0].name == OUTSIDE
    assert seen.seconds == pytest.approx(0.05, rel=0.5)


@pytest.mark.parametrize("family", FAMILIES[1:])
def test_nothing_is_left_behind(family: str) -> None:
    module = network(family).train()
    began = time.time()
    before, known = logits(module.eval()), fingerprint(module, began)
    module.train()
    hotspots(module, pixels())
    assert not hooked(module)
    assert all(part.training for part in module.modules())
    module.eval()
    assert torch.equal(logits(module), before)
    assert fingerprint(module, began) == known
    assert not torch.autograd._profiler_enabled()


def test_nothing_is_left_behind_by_what_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    module = nn.Sequential(nn.Linear(4, 4))

    def fail(*_: object) -> None:
        raise RuntimeError("in the middle of it")

    monkeypatch.setattr(trace, "_modules", fail)
    with pytest.raises(RuntimeError, match="in the middle"):
        hotspots(module, torch.ones(1, 4))
    assert not hooked(module)
    monkeypatch.undo()
    assert hotspots(module, torch.ones(1, 4)).modules


def test_int8_layers_show_their_operator() -> None:
    seen = hotspots(packed(network("videomae"), "onednn"), pixels())
    (linear,) = [spot for spot in seen.operators if spot.name == "quantized::linear_dynamic"]
    assert linear.kind == "linear"
    assert linear.integer_s == linear.self_s > 0
    assert seen.integer_share is not None
    assert 0 < seen.integer_share < 1
    assert "aten::addmm" not in named(seen.operators)


def test_a_callable_shows_operators_and_no_modules() -> None:
    module = nn.Linear(4, 4)
    seen = hotspots(lambda x: module(x) * 2, torch.ones(1, 4))
    assert {"aten::addmm", "aten::mul"} <= named(seen.operators).keys()
    assert seen.modules == ()


def test_what_shows_nothing_is_said_to() -> None:
    seen = hotspots(Hidden(), torch.ones(1, 4))
    assert seen.operators == ()
    assert seen.note == "Hidden does not compute with torch's operators, and has no profile()"


class Hidden:
    """Computes where torch does not see it."""

    logits = torch.ones(1, 3)

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        return self.logits


class Telling(Hidden):
    def __init__(self) -> None:
        self.asked = 0

    def profile(self, x: torch.Tensor) -> Sequence[OperatorTime]:
        self.asked += 1
        seconds = 100.0 if self.asked == 3 else 0.001
        return [OperatorTime("FullyConnected", seconds, kernel="brgemm_i8"), OperatorTime("Softmax", 0.002)]


def test_executables_are_asked_several_times() -> None:
    run = Telling()
    seen = hotspots(run, torch.ones(1, 4))
    # The first is left out, and one was a hundred seconds long.
    assert seen.runs == MOST == run.asked - 2
    assert [(spot.name, spot.self_s, spot.kernel) for spot in seen.operators] == [
        ("Softmax", 0.002, ""),
        ("FullyConnected", 0.001, "brgemm_i8"),
    ]
    assert seen.source == "test_trace"


def test_an_executable_that_cannot_say_is_noted() -> None:
    class Unable(Hidden):
        def profile(self, x: torch.Tensor) -> Sequence[OperatorTime]:
            raise VidcompressError("this build counts nothing")

    assert hotspots(Unable(), torch.ones(1, 4)).note == "this build counts nothing"


def test_calls_that_a_neighbour_slowed_down_are_made_again() -> None:
    times = iter([9.0, 1.0, 1.2, 8.0, 1.4, *[1.1] * 100])
    quiet = trace._repeated(lambda: next(times), lambda seconds: seconds)
    assert quiet == [1.0, 1.2, *[1.1] * (MOST - 2)]


def test_long_calls_are_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trace, "BUDGET_S", 0.0)
    assert trace._repeated(lambda: 1.0, lambda seconds: seconds) == [1.0] * FEWEST
    # Nobody waits for quiet for ever.
    monkeypatch.setattr(trace, "LONGEST_S", 0.0)
    times = iter([5.0, 1.0, 5.0])
    assert trace._repeated(lambda: next(times), lambda seconds: seconds) == [1.0]


def test_hotspots_travel(found: dict[str, Hotspots]) -> None:
    assert pickle.loads(pickle.dumps(found["videomae"])) == found["videomae"]


def test_the_machine_is_asked_for_first(monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[str] = []

    class Lock:
        def __init__(self, progress: object = None) -> None:
            pass

        def __enter__(self) -> None:
            held.append("taken")

        def __exit__(self, *_: object) -> None:
            held.append("given back")

    def call(x: torch.Tensor) -> torch.Tensor:
        held.append("called")
        return x + 1

    monkeypatch.setattr(trace, "machine_to_ourselves", Lock)
    hotspots(call, torch.ones(1))
    assert held[0] == "taken"
    assert held[-1] == "given back"
    assert set(held[1:-1]) == {"called"}
