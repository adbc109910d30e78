from __future__ import annotations

import pytest
import torch

from pytest_vidcompress.artefacts.save import size_bytes
from pytest_vidcompress.compress.fp16 import FP16
from pytest_vidcompress.compress.parameters import Nothing
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.runtimes.torch_eager import executable
from tests.models.cnn import cnn
from tests.models.small import FAMILIES, NO_CLIPS, logits, model


@pytest.mark.parametrize("family", FAMILIES)
def test_weights_are_stored_in_half_the_bytes(family: str) -> None:
    original = model(family, hidden_size=64, intermediate_size=256)
    halved = FP16.apply(original.copy(), Nothing(), NO_CLIPS)
    assert {parameter.dtype for parameter in halved.module.parameters()} == {torch.float16}
    assert size_bytes(halved.module) / size_bytes(original.module) == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("family", FAMILIES)
def test_it_computes_in_fp32_with_rounded_weights(family: str) -> None:
    original = model(family)
    halved = FP16.apply(original.copy(), Nothing(), NO_CLIPS)
    run = executable(halved.module)
    rounded = original.copy()
    with torch.no_grad():
        for parameter in rounded.module.parameters():
            parameter.copy_(parameter.half().float())
    got = logits(run)
    assert got.dtype == torch.float32
    torch.testing.assert_close(got, logits(rounded.module), rtol=0, atol=0)
    assert not torch.equal(got, logits(original.module))
    assert {parameter.dtype for parameter in halved.module.parameters()} == {torch.float16}, (
        "stored as before"
    )


def test_what_does_not_fit_into_halves_is_refused_by_name() -> None:
    of = cnn()
    norm = of.module.get_submodule("stem.1")
    norm.running_var.fill_(1e5)  # type: ignore[operator, union-attr]
    with pytest.raises(
        VidcompressError, match=r"stem\.1\.running_var of model 'cnn' does not fit .* is 100000, of"
    ):
        FP16.apply(of.copy(), Nothing(), NO_CLIPS)
    fused = parse("fuse+fp16", TECHNIQUES).apply(of, NO_CLIPS)
    assert all(parameter.isfinite().all() for parameter in fused.module.parameters())
