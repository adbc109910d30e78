"""Floats that are only stored narrow: what one technique more needs of runtimes is nothing."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from pytest_vidcompress.compress.technique import Technique
from pytest_vidcompress.models.adapter import logits_from
from pytest_vidcompress.models.narrow import is_narrow
from pytest_vidcompress.runtimes.registry import RUNTIMES
from tests.models.small import NO_CLIPS, model, pixels


@pytest.mark.parametrize(
    ("dtype", "narrow"),
    [
        *((dtype, True) for dtype in (torch.float16, torch.bfloat16, torch.float8_e4m3fn)),
        *((dtype, False) for dtype in (torch.float32, torch.float64, torch.int8, torch.bool)),
    ],
)
def test_narrow_are_floats_of_fewer_bytes_than_fp32(dtype: torch.dtype, narrow: bool) -> None:
    assert is_narrow(torch.empty(1, dtype=dtype)) == narrow


@pytest.mark.parametrize("runtime", ["torch", "openvino", "onnxruntime"])
def test_a_technique_that_stores_bfloat16_runs_everywhere(runtime: str) -> None:
    if RUNTIMES[runtime].missing:
        pytest.skip(f"{runtime}: {RUNTIMES[runtime].missing}")

    def apply(of: Any, parameters: Any, clips: Any) -> Any:
        of.module.bfloat16()
        return of

    of = model("videomae")
    small = Technique("weights in bfloat16", apply).apply(of.copy(), None, NO_CLIPS)
    run = RUNTIMES[runtime].prepare(small)
    with torch.inference_mode():
        expected, found = logits_from(of.module(pixels())), logits_from(run(pixels()))
    assert found.dtype == torch.float32
    assert 0 < (found - expected).norm() < 0.02 * expected.norm()
