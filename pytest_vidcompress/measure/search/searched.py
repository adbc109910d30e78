"""Vectors of a variant and of its reference on the same clips -> what compression costs a ranking."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

import numpy as np
import numpy.typing as npt
import torch

from .rankings import (
    Labels,
    Matrix,
    PerQuery,
    Ranking,
    agreement_at,
    average_precision,
    mean,
    paired_difference,
    rankings,
    recall_at,
    relevance,
)
from .search import FIRST, Search

AT_ONCE = 512
"""Queries that are ranked together: a row is as long as the clips are many."""
_RECALL = partial(recall_at, k=1)
_OF_RELEVANCE: Mapping[str, Callable[..., PerQuery]] = {
    "recall_at_1": _RECALL,
    "recall_at_5": partial(recall_at, k=5),
    "recall_at_10": partial(recall_at, k=10),
    "search_mean_ap": average_precision,
}


def unit_vectors(embeddings: torch.Tensor) -> Matrix:
    """Embeddings `(N, D)` of length one; of what has no direction NaN."""
    rows = embeddings.double()
    lengths = rows.norm(dim=-1, keepdim=True)
    usable = lengths.isfinite() & (lengths > 0)
    return torch.where(usable, rows / lengths, torch.nan).float().numpy()


def searched(
    own: Matrix,
    reference: Matrix,
    targets: torch.Tensor,
    asks: Matrix | None = None,
    base: Search | None = None,
) -> Search:
    """What a variant's vectors find, beside its reference's.

    Args:
        own: `(N, D)`; the reference's for the search of a reference itself.
        reference: of the same clips; of another width, what one asks of the other is not measured.
        targets: ids `(N,)` of the clips' labels, or bool `(N, labels)`.
        asks: its queries, where they are not what is found: an index may store vectors in fewer bytes.
        base: the search of the reference itself, where that is known.
    """
    labels = targets.numpy()
    values = _by_clip(own, own if asks is None else asks, reference, labels)
    known = {name: each for name, each in values.items() if not np.isnan(each).all()}
    beside = base.by_clip if base else _by_clip(reference, reference, reference, labels)
    return Search(
        {name: mean(each) for name, each in known.items()},
        {
            name: paired_difference(np.asarray(beside[name]), each)
            for name, each in known.items()
            if name != "agreement_at_10"
        },
        {name: tuple(each.tolist()) for name, each in known.items()},
        own.shape[1],
    )


def _by_clip(own: Matrix, asks: Matrix, reference: Matrix, labels: Labels) -> dict[str, PerQuery]:
    """Of each clip, by the name of the metric."""
    parts = [*_parts(own, asks, reference, labels)]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _parts(own: Matrix, queries: Matrix, reference: Matrix, labels: Labels) -> Iterator[dict[str, PerQuery]]:
    """As many clips at once as fit."""
    for first in range(0, len(own), AT_ONCE):
        places = range(first, min(first + AT_ONCE, len(own)))
        ranking, relevant = _answered(queries, own, labels, places)
        whole, _ = _answered(reference, reference, labels, places)
        found = {name: of(relevant) for name, of in _OF_RELEVANCE.items()}
        agreement = agreement_at(ranking, whole, FIRST)
        found["agreement_at_10"] = np.where(_void(queries, places), 0.0, agreement)
        if own.shape == reference.shape:
            for name, asks, answers in (
                ("asymmetric_recall_at_1", queries, reference),
                ("reverse_recall_at_1", reference, own),
            ):
                found[name] = _RECALL(_answered(asks, answers, labels, places)[1])
        yield found


def _answered(
    asks: Matrix, answers: Matrix, labels: Labels, places: range
) -> tuple[Ranking, npt.NDArray[np.bool_]]:
    """The rankings of the clips at these places in all others, and what of each is right."""
    asked = slice(places.start, places.stop)
    ranking = rankings(asks[asked], answers, places)
    relevant = relevance(ranking, labels[asked], labels)
    # A clip without a vector finds nothing, though there is something to be found.
    return ranking, np.where(_void(asks, places)[:, None], np.sort(relevant, axis=1), relevant)


def _void(vectors: Matrix, places: range) -> npt.NDArray[np.bool_]:
    return np.asarray(np.isnan(vectors[places.start : places.stop]).any(1))
