"""CPUs that cut off sums of integer products: which they are, and what runtimes make of weights there."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pytest_vidcompress.runtimes import integer_sums
from pytest_vidcompress.runtimes.integer_sums import FITTING, fitting, saturate
from pytest_vidcompress.runtimes.registry import RUNTIMES
from tests.runtimes.test_cnn import distance, logits, variant


@pytest.mark.parametrize(
    ("kernels", "features", "limit", "expected"),
    [
        ("AVX2", {}, "", True),
        ("AVX2", {"avx_vnni": True}, "", False),
        ("AVX512", {"avx512_vnni": True, "avx512_bf16": True}, "", False),
        ("AVX512", {"avx512_vnni": True}, "avx2", True),
        ("AVX512", {"avx512_vnni": True}, "avx512_core_vnni", False),
        ("NEON", {}, "", False),
        ("DEFAULT", {}, "", False),
    ],
)
def test_x86_without_vnni_cuts_them_off(
    monkeypatch: pytest.MonkeyPatch, kernels: str, features: dict[str, bool], limit: str, expected: bool
) -> None:
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: kernels)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: features, raising=False)
    monkeypatch.setattr(integer_sums, "isa_limit", lambda: limit)
    assert saturate() is expected


def test_two_products_of_the_largest_fit_into_sixteen_bits() -> None:
    assert 255 * FITTING <= np.iinfo(np.int16).max < 255 * (FITTING + 1)


@given(arrays(np.int8, st.tuples(st.integers(1, 5), st.integers(1, 9)), elements=st.integers(-127, 127)))
def test_neighbours_fit_and_weights_stay_within_half_a_step(weight: np.ndarray) -> None:
    fits, coarser = fitting(weight)
    wide = np.pad(fits.astype(int), ((0, 0), (0, weight.shape[1] % 2)))
    assert np.abs(wide[:, ::2] + wide[:, 1::2]).max() <= FITTING + 1
    assert coarser.min() >= 1
    assert np.all(np.abs(fits * coarser[:, None] - weight) <= coarser[:, None] / 2 + 1e-3)
    assert np.array_equal(fits[coarser == 1], weight[coarser == 1])


@pytest.mark.parametrize("recipe", [pytest.param("int8-static", marks=pytest.mark.slow), "fuse+int8-static"])
@pytest.mark.parametrize("runtime", ["openvino", "onnxruntime"])
def test_there_weights_that_fit_answer_as_torch_does(
    monkeypatch: pytest.MonkeyPatch, recipe: str, runtime: str
) -> None:
    if RUNTIMES[runtime].missing:
        pytest.skip(RUNTIMES[runtime].missing)
    monkeypatch.setattr(integer_sums, "saturate", lambda: True)
    assert 0 < distance(logits(variant(recipe, runtime)), logits(variant(recipe))) < 0.05


def test_weights_that_are_only_stored_as_integers_keep_their_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    if RUNTIMES["openvino"].missing:
        pytest.skip(RUNTIMES["openvino"].missing)
    monkeypatch.setattr(integer_sums, "saturate", lambda: True)
    there = logits(variant("int8-weights", "openvino"))
    assert distance(there, logits(variant("int8-weights"))) < 1e-4
