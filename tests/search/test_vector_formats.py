"""How vectors are stored: bytes, what comes back, and what a ranking loses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pytest_vidcompress.search.exact_search import nearest
from pytest_vidcompress.search.vector_formats import FORMATS, Matrix, stacked

WIDTHS = st.integers(1, 300)
ERRORS = {"fp32": 0, "fp16": 2**-11, "int8": 0.5 / 127}
"""Of the largest number of a vector."""


def unit(count: int, width: int, seed: int = 0) -> Matrix:
    made = np.random.default_rng(seed).standard_normal((count, width)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


@given(WIDTHS, st.sampled_from([*FORMATS]))
def test_every_vector_has_the_bytes_that_are_said(width: int, name: str) -> None:
    form = FORMATS[name]
    rows = unit(3, width)
    stored = [form.pack(row) for row in rows]
    assert {len(each) for each in stored} == {form.size_bytes(width)}
    assert stacked(stored, name, width).shape == (3, width)
    assert stacked(stored, name, width).dtype == np.float32


@given(arrays(np.float32, WIDTHS, elements=st.floats(-1, 1, width=32)), st.sampled_from([*ERRORS]))
def test_what_comes_back_is_as_near_as_the_format_allows(vector: Matrix, name: str) -> None:
    (back,) = stacked([FORMATS[name].pack(vector)], name, len(vector))
    most = np.abs(vector).max()
    assert np.abs(back - vector).max() <= ERRORS[name] * most * (1 + 1e-3) + 1e-7


@given(WIDTHS)
def test_bits_are_the_signs_of_a_vector_of_length_one(width: int) -> None:
    (row,) = unit(1, width)
    (back,) = stacked([FORMATS["bits"].pack(row)], "bits", width)
    assert np.array_equal(back > 0, row > 0)
    assert np.linalg.norm(back) == pytest.approx(1, rel=1e-5)


def test_their_share_of_the_bytes() -> None:
    sizes = {name: form.size_bytes(768) / FORMATS["fp32"].size_bytes(768) for name, form in FORMATS.items()}
    assert sizes == {"fp32": 1, "fp16": 0.5, "int8": pytest.approx(0.25, abs=0.002), "bits": 1 / 32}


def test_a_vector_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="has 16 bytes"):
        stacked([b"123"], "fp32", 4)
    assert stacked([], "int8", 4).shape == (0, 4)


def test_int8_ranks_as_fp32_does() -> None:
    rows, queries = unit(500, 128), unit(50, 128, 1)
    back = stacked([FORMATS["int8"].pack(row) for row in rows], "int8", 128)
    shared = [len({*nearest(rows, q, 10)[0]} & {*nearest(back, q, 10)[0]}) for q in queries]
    assert np.mean(shared) > 9.5


@given(st.integers(0, 60), st.integers(0, 80), st.integers(0, 5))
def test_the_nearest_are_those_of_a_stable_sort(count: int, most: int, seed: int) -> None:
    # Small whole numbers: products are exact, and many are equal.
    rng = np.random.default_rng(seed)
    rows, query = (rng.integers(-2, 3, shape).astype(np.float32) for shape in ((count, 3), (3,)))
    found, scores = nearest(rows, query, most)
    expected = np.argsort(-(rows @ query), kind="stable")[:most]
    assert found.tolist() == expected.tolist()
    assert scores.tolist() == (rows @ query)[expected].tolist()
