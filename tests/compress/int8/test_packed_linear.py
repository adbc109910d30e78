"""Int8 layers stay packed for their engine, wherever they are copied or sent."""

from __future__ import annotations

import copy
import io
import pickle

import pytest
import torch
from torch import nn

from pytest_vidcompress.artefacts.restore import restore
from pytest_vidcompress.artefacts.tensors import take_apart
from pytest_vidcompress.compress.int8.packed_linear import PackedWeights, packed, using, without_weights
from pytest_vidcompress.compress.int8_dynamic import ENGINES
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.measure.resume.fingerprint import fingerprint
from pytest_vidcompress.runtimes import integer_sums

SUPPORTED = [name for name in ENGINES if name in torch.backends.quantized.supported_engines]


def net() -> nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return nn.Sequential(nn.Linear(64, 48), nn.GELU(), nn.Linear(48, 5, bias=False)).eval()


def inputs() -> torch.Tensor:
    return torch.randn(7, 64, generator=torch.Generator().manual_seed(1))


def sent(module: nn.Module) -> nn.Module:
    """As to another process."""
    file = io.BytesIO()
    torch.save(module, file, pickle_module=pickle)
    file.seek(0)
    return torch.load(file, weights_only=False)


def engines(module: nn.Module) -> set[str]:
    return {part.engine for part in module.modules() if isinstance(part, PackedWeights)}


@pytest.mark.parametrize("engine", SUPPORTED)
@pytest.mark.parametrize("copied", [copy.deepcopy, sent])
def test_a_copy_computes_the_same(engine: str, copied: object) -> None:
    module = packed(net(), engine)
    other = next(name for name in SUPPORTED if name != engine)
    with using(other):
        again = copied(module)  # type: ignore[operator]
    assert engines(again) == {engine}
    assert torch.equal(again(inputs()), module(inputs()))


@pytest.mark.skipif(not {"onednn", "x86"} <= set(SUPPORTED), reason="this torch lacks onednn or x86")
@pytest.mark.skipif(integer_sums.saturate(), reason="without VNNI both engines are one")
def test_engines_compute_different_bits_so_that_this_can_be_seen() -> None:
    assert not torch.equal(packed(net(), "onednn")(inputs()), packed(net(), "x86")(inputs()))


@pytest.mark.parametrize("engine", SUPPORTED)
def test_a_rebuilt_module_is_the_same_in_every_part(engine: str) -> None:
    module, apart = packed(net(), engine), take_apart(packed(net(), engine))
    with torch.device("meta"):
        empty = net()
    rebuilt = without_weights(empty, engine).eval()
    restore(rebuilt, apart.tensors, apart.tied)
    assert fingerprint(rebuilt, 1e12) == fingerprint(module, 1e12) is not None
    assert torch.equal(rebuilt(inputs()), module(inputs()))


def test_only_what_torch_would_replace_is_replaced() -> None:
    class Own(nn.Linear):
        pass

    def made() -> nn.Module:
        shared = nn.Linear(4, 4)
        return nn.Sequential(shared, nn.Sequential(shared, Own(4, 4)), nn.MultiheadAttention(4, 2)).eval()

    expected = [(name, type(part).__name__) for name, part in packed(made(), SUPPORTED[0]).named_modules()]
    rebuilt = without_weights(made(), SUPPORTED[0])
    found = [(name, type(part).__name__) for name, part in rebuilt.named_modules()]
    assert found == expected


def test_the_engine_of_the_process_is_left_alone() -> None:
    before = torch.backends.quantized.engine
    for engine in SUPPORTED:
        sent(copy.deepcopy(packed(net(), engine)))
        assert torch.backends.quantized.engine == before
    with pytest.raises(VidcompressError, match="engine 'abacus' is not in this torch"), using("abacus"):
        pass
