"""What is most like a query: all products, and the highest of them. Pure."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from .vector_formats import Matrix, Vector

Scores = npt.NDArray[Any]
"""Floats, `(N,)`."""


def nearest(gallery: Matrix, query: Vector, most: int) -> tuple[npt.NDArray[np.intp], Scores]:
    """The rows with the highest products, and these; equal ones in the order of the rows.

    Args:
        gallery: `(N, D)`, fp32.
        query: `(D,)`.
        most: how many at most.
    """
    return highest(gallery @ query, most)


def highest(scores: Scores, most: int) -> tuple[npt.NDArray[np.intp], Scores]:
    """The places of the highest of `(N,)`, and these; equal ones in the order of their places."""
    if 0 < most < len(scores):
        least = np.partition(scores, -most)[-most]
        rows = np.flatnonzero(scores >= least)
    else:
        rows = np.arange(len(scores))
    best = rows[np.lexsort((rows, -scores[rows]))][: max(0, most)]
    return best, scores[best]
