"""What a ranking is worth: by definition, on rankings small enough to count, and what must hold of all."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from pytest_vidcompress.measure.search.rankings import (
    NOBODY,
    Matrix,
    Ranking,
    agreement_at,
    average_precision,
    mean,
    paired_difference,
    rankings,
    recall_at,
    relevance,
)
from pytest_vidcompress.search.exact_search import nearest

SHAPES = array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12)
RELEVANT = arrays(np.bool_, SHAPES)
DIFFERENCES = arrays(np.float64, st.integers(2, 40), elements=st.sampled_from([-1.0, 0.0, 1.0]))


def vectors(count: int, width: int = 8, seed: int = 0) -> Matrix:
    made = np.random.default_rng(seed).standard_normal((count, width)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def orders(queries: int, rows: int, seed: int) -> Ranking:
    random = np.random.default_rng(seed)
    return np.stack([random.permutation(rows) for _ in range(queries)])


def test_by_hand() -> None:
    relevant = np.array([[1, 0, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0]], bool)
    assert recall_at(relevant, 1)[:2].tolist() == [1, 0]
    assert recall_at(relevant, 4)[:2].tolist() == [1, 1]
    assert average_precision(relevant)[:2].tolist() == [pytest.approx((1 + 2 / 3) / 2), 0.25]
    assert np.isnan(recall_at(relevant, 1)[2])
    assert np.isnan(average_precision(relevant)[2])
    one, other = np.array([[0, 1, 2, 3], [3, 2, 1, 0]]), np.array([[1, 0, 3, 2], [0, 1, 2, 3]])
    assert agreement_at(one, other, 1).tolist() == [0, 0]
    assert agreement_at(one, other, 2).tolist() == [1, 0]
    assert agreement_at(one, other, 3).tolist() == [pytest.approx(2 / 3)] * 2
    assert agreement_at(one, other, 9).tolist() == [1, 1]


def test_labels_say_what_is_right() -> None:
    ranking = np.array([[2, 0, 1], [1, 2, 0]])
    found = relevance(ranking, np.array([0, 1]), np.array([0, 1, 0]))
    assert found.tolist() == [[True, True, False], [True, False, False]]
    assert not relevance(ranking, np.array([2, 2]), np.array([0, 1, 0])).any()


def test_of_several_labels_one_in_common_is_right() -> None:
    ranking = np.array([[2, 0, 1], [1, 2, 0]])
    sets = np.array([[1, 1, 0], [0, 0, 1], [0, 1, 1]], bool)
    assert relevance(ranking, sets[:2], sets).tolist() == [[True, True, False], [True, True, False]]


def test_what_has_no_vector_stands_last() -> None:
    gallery = vectors(6)
    gallery[0] = np.nan
    assert (rankings(gallery[1:], gallery)[:, -1] == 0).all()


@given(st.integers(1, 8), st.integers(1, 20), st.integers(0, 9))
def test_a_ranking_is_what_exact_search_finds(queries: int, rows: int, seed: int) -> None:
    asked, gallery = vectors(queries, seed=seed), vectors(rows, seed=seed + 100)
    found = rankings(asked, gallery)
    for query, row in zip(asked, found, strict=True):
        assert sorted(row.tolist()) == [*range(rows)]
        products = gallery[row] @ query
        assert (products[:-1] >= products[1:] - 1e-6).all()
        assert products[0] == pytest.approx(nearest(gallery, query, 1)[1][0], abs=1e-6)


@given(st.integers(2, 20), st.integers(0, 9))
def test_a_query_of_the_gallery_is_left_out(rows: int, seed: int) -> None:
    gallery = vectors(rows, seed=seed)
    found = rankings(gallery, gallery, range(rows))
    assert found.shape == (rows, rows - 1)
    assert all(own not in row for own, row in enumerate(found))
    other = rankings(gallery[:1], gallery, [NOBODY])
    assert other[0][0] == 0
    assert other.shape == (1, rows - 1)


@given(RELEVANT, st.integers(1, 12))
def test_more_places_find_no_less(relevant: np.ndarray, k: int) -> None:
    known = relevant.any(1)
    one, more = recall_at(relevant, k)[known], recall_at(relevant, k + 1)[known]
    assert (one <= more).all()
    assert (recall_at(relevant, relevant.shape[1])[known] == 1).all()
    assert np.isnan(recall_at(relevant, k)[~known]).all()


@given(RELEVANT)
def test_average_precision_is_its_definition_and_highest_where_what_is_right_is_first(
    relevant: np.ndarray,
) -> None:
    for row, value in zip(relevant, average_precision(relevant), strict=True):
        shares = [row[: place + 1].mean() for place in np.flatnonzero(row)]
        assert np.isnan(value) if not shares else value == pytest.approx(np.mean(shares))
        best = average_precision(np.sort(row)[::-1][None])[0]
        assert not shares or (best == pytest.approx(1) and value <= best + 1e-12)


@given(st.integers(1, 6), st.integers(1, 12), st.integers(1, 14), st.integers(0, 9))
def test_agreement_is_of_both_alike_and_whole_with_oneself(
    queries: int, rows: int, k: int, seed: int
) -> None:
    one, other = orders(queries, rows, seed), orders(queries, rows, seed + 100)
    assert (agreement_at(one, one, k) == 1).all()
    assert agreement_at(one, other, k).tolist() == agreement_at(other, one, k).tolist()
    assert (agreement_at(one, other, rows) == 1).all()


def test_a_turned_space_ranks_alike_but_not_asymmetrically() -> None:
    """What recall of a model by itself cannot see: its queries are lost in another's gallery."""
    labels = np.arange(60) % 5
    centres = vectors(5, 32)
    own = centres[np.arange(60) % 5] + 0.3 * vectors(60, 32, 1)
    own /= np.linalg.norm(own, axis=1, keepdims=True)
    turn = np.linalg.qr(np.random.default_rng(2).standard_normal((32, 32)))[0].astype(np.float32)
    itself = range(60)
    reference = rankings(own, own, itself)
    alone, across = rankings(own @ turn, own @ turn, itself), rankings(own @ turn, own, itself)
    assert agreement_at(alone, reference, 10).mean() > 0.99
    assert agreement_at(across, reference, 10).mean() < 0.5
    kept, lost = (recall_at(relevance(each, labels, labels), 1).mean() for each in (alone, across))
    assert kept == 1
    assert lost < 0.6


@given(DIFFERENCES, st.integers(0, 5))
def test_a_difference_lies_in_its_interval_and_turns_with_its_sign(values: np.ndarray, seed: int) -> None:
    reference = np.random.default_rng(seed).integers(0, 2, len(values)).astype(float)
    found = paired_difference(reference + values, reference)
    assert float(found) == pytest.approx(values.mean())
    assert found.low - 1e-9 <= found <= found.high + 1e-9
    assert -1 - 1e-9 <= found.low <= found.high <= 1 + 1e-9
    back = paired_difference(reference, reference + values)
    assert float(back) == pytest.approx(-float(found))


def test_pairs_see_what_two_intervals_apart_would_not() -> None:
    reference = (np.random.default_rng(0).random(400) < 0.5).astype(float)
    worse = reference.copy()
    worse[np.flatnonzero(reference)[:12]] = 0
    assert paired_difference(worse, reference).high < 0
    assert mean(worse).high > mean(reference).low


def test_an_interval_holds_the_truth_as_often_as_it_says() -> None:
    random = np.random.default_rng(0)
    held = 0
    for _ in range(100):
        found = mean((random.random(80) < 0.7).astype(float))
        held += found.low <= 0.7 <= found.high
    assert held >= 88


def test_queries_of_which_nothing_can_be_said_do_not_count() -> None:
    values, reference = np.array([1.0, np.nan, 0.0, 1.0]), np.array([0.0, np.nan, 0.0, 1.0])
    assert float(mean(values)) == pytest.approx(2 / 3)
    assert float(paired_difference(values, reference)) == pytest.approx(1 / 3)
    assert np.isnan(mean(np.array([np.nan])))
    assert mean(np.array([0.5])).interval == (-np.inf, np.inf)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        recall_at(np.ones((1, 1), bool), 0)
    with pytest.raises(ValueError, match="at least one"):
        agreement_at(orders(1, 2, 0), orders(1, 2, 0), 0)
    with pytest.raises(ValueError, match="numbers, and a gallery"):
        rankings(vectors(1, 8), vectors(1, 4))
    with pytest.raises(ValueError, match="queries"):
        agreement_at(orders(1, 2, 0), orders(2, 2, 0), 1)
    with pytest.raises(ValueError, match="queries"):
        paired_difference(np.ones(2), np.ones(3))
