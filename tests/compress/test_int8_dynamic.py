from __future__ import annotations

import warnings
from typing import Any

import pytest
import torch
from torch import nn
from torch.ao.nn.quantized import dynamic

from pytest_vidcompress.artefacts.save import size_bytes
from pytest_vidcompress.clips.profile import Profile
from pytest_vidcompress.compress.int8.packed_linear import packed
from pytest_vidcompress.compress.int8.stored_weights import StoredInt8
from pytest_vidcompress.compress.int8_dynamic import (
    ENGINES,
    INT8_DYNAMIC,
    LARGE,
    Int8Dynamic,
    engine_for,
)
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.runtimes.torch_eager import executable
from tests.models.cnn import CONVOLUTIONS, cnn, noise
from tests.models.small import FAMILIES, LABELS, NO_CLIPS, logits, model

SUPPORTED = [name for name in ENGINES if name in torch.backends.quantized.supported_engines]


@pytest.mark.parametrize("family", FAMILIES)
def test_logits_stay_close(family: str) -> None:
    original = model(family)
    small = INT8_DYNAMIC.apply(original.copy(), Int8Dynamic(), NO_CLIPS)
    expected, got = logits(original.module), logits(small.module)
    error = (got - expected).norm() / expected.norm()
    assert 0 < error < 0.15
    assert not any(isinstance(part, nn.Linear) for part in small.module.modules())


@pytest.mark.parametrize("engine", SUPPORTED)
def test_an_explicit_engine_is_honoured_and_named(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    packed_for: list[str] = []
    convert = torch.ao.quantization.quantize_dynamic

    def spy(*args: Any, **given: Any) -> nn.Module:
        packed_for.append(torch.backends.quantized.engine)
        return convert(*args, **given)

    monkeypatch.setattr(torch.ao.quantization, "quantize_dynamic", spy)
    before = torch.backends.quantized.engine
    small = INT8_DYNAMIC.apply(model("videomae"), Int8Dynamic(engine), NO_CLIPS)
    assert packed_for == [engine]
    assert small.notes == (f"int8 engine {engine}",)
    assert torch.backends.quantized.engine == before
    assert logits(small.module).shape == (2, 3)


def test_the_engine_is_chosen_by_size_and_named() -> None:
    original = model("timesformer")
    small = INT8_DYNAMIC.apply(original.copy(), Int8Dynamic(), NO_CLIPS)
    (note,) = small.notes
    linears = [part for part in original.module.modules() if isinstance(part, nn.Linear)]
    chosen = {engine_for(part.in_features, part.out_features) for part in linears}
    assert {note.removeprefix("int8 engine ")} == chosen <= set(SUPPORTED)


@pytest.mark.skipif(not {"onednn", "x86"} <= set(SUPPORTED), reason="this torch lacks onednn or x86")
def test_large_layers_run_on_onednn_and_small_ones_do_not() -> None:
    assert engine_for(768, 3072) == engine_for(512, LARGE // 512) == "onednn"
    assert engine_for(24, 48) == engine_for(512, LARGE // 512 - 1) == "x86"


def test_without_the_preferred_engine_it_is_torch_s_own(monkeypatch: pytest.MonkeyPatch) -> None:
    backend = torch.backends.quantized
    monkeypatch.setattr(type(backend), "supported_engines", [backend.engine], raising=False)
    assert engine_for(24, 48) == engine_for(4096, 4096) == backend.engine


def test_engines_that_this_torch_lacks_are_refused() -> None:
    with pytest.raises(VidcompressError, match=r"engine 'abacus' is not in this torch: it has .*"):
        packed(nn.Sequential(nn.Linear(2, 2)), "abacus")


@pytest.mark.parametrize("engine", ["abacus", "", "none"])
def test_unknown_engines_are_refused(engine: str) -> None:
    with pytest.raises(VidcompressError, match=f"engine={engine} is unknown: expected one of auto, onednn"):
        Int8Dynamic(engine)


def test_files_shrink_to_about_a_quarter_whatever_the_engine() -> None:
    wide = nn.Sequential(*(nn.Linear(128, 128) for _ in range(4))).eval()
    sizes = {size_bytes(packed(wide, engine)) for engine in SUPPORTED}
    assert len(sizes) == 1
    assert sizes.pop() / size_bytes(wide) == pytest.approx(0.25, abs=0.04)


def test_a_model_without_linear_layers_is_refused() -> None:
    flat = Model("flat", nn.Sequential(nn.Conv2d(3, 3, 1)), Profile(1, 1, 8), LABELS)
    with pytest.raises(
        VidcompressError, match="model 'flat' has no linear layers for int8-dynamic: int8-static"
    ):
        INT8_DYNAMIC.apply(flat, Int8Dynamic(), NO_CLIPS)


def convolutions_stored_as_int8(recipe: str, of: Model) -> set[str]:
    made = parse(recipe, TECHNIQUES).apply(of, NO_CLIPS).module
    return {name for name, part in made.named_modules() if isinstance(part, StoredInt8)}


def test_a_cnn_s_convolutions_are_stored_as_int8_and_computed_with_in_float() -> None:
    of = cnn()
    assert convolutions_stored_as_int8("int8-dynamic", of) == set(CONVOLUTIONS)
    assert convolutions_stored_as_int8("int8-dynamic:convolutions=none", of) == set()
    made = INT8_DYNAMIC.apply(of.copy(), Int8Dynamic(), NO_CLIPS)
    with torch.inference_mode():
        expected, got = of.module(noise(2)), executable(made.module)(noise(2))
    assert 0 < (got - expected).norm() < 0.05 * expected.norm()


def test_a_transformer_s_convolution_stays_float_as_in_the_study() -> None:
    of = model("videomae")
    assert convolutions_stored_as_int8("int8-dynamic", of) == set()
    assert len(convolutions_stored_as_int8("int8-dynamic:convolutions=all", of)) == 1


def test_torch_s_own_dynamic_convolution_is_still_wrong() -> None:
    """It rounds outputs to the range of the inputs. When this fails, its kernels can be used."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        layer = dynamic.Conv3d(1, 1, 1)
        layer.set_weight_bias(
            torch.quantize_per_tensor(-torch.ones(1, 1, 1, 1, 1), 1 / 127, 0, torch.qint8), None
        )
        assert not layer(torch.linspace(0, 4, 5).reshape(1, 1, 1, 1, 5)).any(), "minus the inputs is right"
