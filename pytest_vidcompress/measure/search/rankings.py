"""What a ranking is worth. Pure: NumPy alone.

A query is a row of one matrix and finds rows of another, its gallery, by cosine. Every number is one a query first,
so that two models are compared on the same queries; `mean` and `paired_difference` make one number of them, with its
interval.

- `recall_at`: is any of the first k of the query's class? It is the protocol of clip retrieval (Xu et al.,
  "Self-Supervised Spatiotemporal Learning via Video Clip Order Prediction", CVPR 2019, section 4.3).
- `average_precision`: its mean over queries is mAP.
- `agreement_at`: how many of the reference's first k are among the first k. It takes no labels.
- Asymmetric: the same numbers of rankings of a compressed model's queries in the reference's gallery, or the other
  way round. It is what a device meets that asks a server.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..interval import RESAMPLES, Estimate, bca_interval

Matrix = npt.NDArray[np.float32]
"""`(N, D)`: rows of length one, or of NaN where there is no vector."""
Ranking = npt.NDArray[np.intp]
"""`(Q, N)`: of each query the rows of the gallery, the nearest first."""
PerQuery = npt.NDArray[np.float64]
"""`(Q,)`; NaN of a query of which nothing can be said."""
Labels = npt.NDArray[np.int64] | npt.NDArray[np.bool_]
"""`(N,)`, an id a row; or `(N, labels)`, which ones, where a clip may have several."""
NOBODY = -1
"""In place of a row: this query is not in the gallery."""


def rankings(queries: Matrix, gallery: Matrix, itself: Sequence[int] | None = None) -> Ranking:
    """The whole gallery in the order of each query; equal products in the order of rows, what has no vector last.

    Args:
        queries: `(Q, D)`.
        gallery: `(N, D)`.
        itself: of each query its own row in the gallery, which is left out, or `NOBODY`; then a ranking has one row
            less, of a query that is not there without the last. None: none is there.

    Raises:
        ValueError: they are of different widths.
    """
    if queries.shape[-1] != gallery.shape[-1]:
        raise ValueError(f"queries of {queries.shape[-1]} numbers, and a gallery of {gallery.shape[-1]}")
    scores = np.asarray(queries @ gallery.T, np.float32)
    scores[np.isnan(scores)] = -np.inf
    if itself is None:
        return np.argsort(-scores, axis=1, kind="stable")
    for query, row in enumerate(itself):
        if row != NOBODY:
            scores[query, row] = -np.inf
    return np.argsort(-scores, axis=1, kind="stable")[:, :-1]


def relevance(ranking: Ranking, query_labels: Labels, gallery_labels: Labels) -> npt.NDArray[np.bool_]:
    """Is what stands at each place of a ranking of the query's class, or of one of its classes? `(Q, N)`."""
    if query_labels.ndim == 1:
        return gallery_labels[ranking] == query_labels[:, None]
    shared = query_labels.astype(np.int32) @ gallery_labels.T.astype(np.int32) > 0
    return np.take_along_axis(shared, ranking, axis=1)


def recall_at(relevant: npt.NDArray[np.bool_], k: int) -> PerQuery:
    """1 where any of the first `k` is right, else 0; NaN where nothing in the gallery is.

    Raises:
        ValueError: `k` is below one.
    """
    _refuse_none(k)
    return _known(relevant, np.asarray(relevant[:, :k].any(1), np.float64))


def average_precision(relevant: npt.NDArray[np.bool_]) -> PerQuery:
    """Of the places of what is right, the mean of the shares of right ones up to there; NaN where nothing is."""
    found = relevant.cumsum(1)
    places = np.arange(1, relevant.shape[1] + 1)
    total = np.where(relevant, found / np.maximum(1, places), 0).sum(1)
    return _known(relevant, total / np.maximum(1, relevant.sum(1)))


def agreement_at(ranking: Ranking, reference: Ranking, k: int) -> PerQuery:
    """The share of the reference's first `k` that is among the first `k`, in any order; of fewer rows, of all.

    Raises:
        ValueError: `k` is below one, or they are of different queries.
    """
    _refuse_none(k)
    if len(ranking) != len(reference):
        raise ValueError(f"rankings of {len(ranking)} queries, and the reference's of {len(reference)}")
    most = min(k, ranking.shape[1], reference.shape[1])
    if not most:
        return np.full(len(ranking), np.nan)
    pairs = zip(ranking[:, :most], reference[:, :most], strict=True)
    return np.array([len(np.intersect1d(one, other)) / most for one, other in pairs], np.float64)


def mean(values: PerQuery) -> Estimate:
    """Over the queries of which something can be said, with its 95 % bootstrap interval over them (BCa)."""
    return _estimate(values[~np.isnan(values)])


def paired_difference(values: PerQuery, reference: PerQuery) -> Estimate:
    """How much higher the first is on average, with its 95 % interval by drawing the same queries for both.

    Args:
        values: of a variant.
        reference: of the same queries.

    Raises:
        ValueError: they are of different queries.
    """
    if values.shape != reference.shape:
        raise ValueError(f"{len(values)} queries, and the reference's are {len(reference)}")
    return mean(values - reference)


def _estimate(values: PerQuery) -> Estimate:
    if len(values) < 2:
        return Estimate(values[0] if len(values) else np.nan, -np.inf, np.inf)
    random = np.random.default_rng(0)
    resampled = [float(values[random.integers(0, len(values), len(values))].mean()) for _ in range(RESAMPLES)]
    return Estimate(*bca_interval(values.tolist(), resampled))


def _known(relevant: npt.NDArray[np.bool_], values: PerQuery) -> PerQuery:
    return np.where(relevant.any(1), values, np.nan)


def _refuse_none(k: int) -> None:
    if k < 1:
        raise ValueError(f"the first {k} of a ranking: expected at least one")
