"""What is most like a query: all products, and the highest of them. Pure."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .vector_formats import Matrix, Vector


def nearest(
    gallery: Matrix, query: Vector, most: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float32]]:
    """The rows with the highest products, and these; equal ones in the order of the rows.

    Args:
        gallery: `(N, D)`, fp32.
        query: `(D,)`.
        most: how many at most.
    """
    scores = gallery @ query
    if 0 < most < len(scores):
        least = np.partition(scores, -most)[-most]
        rows = np.flatnonzero(scores >= least)
    else:
        rows = np.arange(len(scores))
    best = rows[np.lexsort((rows, -scores[rows]))][: max(0, most)]
    return best, scores[best]
