"""How many candidates a graph must look for, so that nearly all of the nearest are among them: measured on the very
vectors that it is of."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np

from ..exact_search import nearest
from ..vector_formats import FORMATS, Bytes
from .graph import Graph, Keys

HELD_OUT = 100
"""Windows that ask before they are added. A tenth of all where that is fewer."""
NEAREST = 10
WANTED = 0.995
"""Share of the nearest that must be found of those held out, so that 0.99 is of others."""
_BREADTHS = (64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384)
_WORTH, _CHEAP = 100, 1024
"""Windows of which one may be a candidate, and candidates that may be looked for always: where a graph must look for
more, looking at all windows takes less time."""


def breadth_of(graph: Graph, keys: Keys, rows: Bytes, asking: Bytes) -> tuple[int, float]:
    """The least breadth that finds enough, or the largest that is worth trying; and the share that it finds.

    Args:
        graph: of `keys` and `rows`.
        rows: as they are stored.
        asking: likewise, of windows that are not in it.
    """
    form = FORMATS[graph.stored]
    gallery, queries = form.unpack(rows, graph.width), form.unpack(asking, graph.width)
    if graph.stored == "bits":
        # What asks has magnitudes, and not those of the codes alone: of normal numbers with these signs.
        queries = queries * np.abs(np.random.default_rng(0).standard_normal(queries.shape, np.float32))
    truth = [{*keys[nearest(gallery, query, NEAREST)[0]].tolist()} for query in queries]
    breadth, share = _BREADTHS[0], 1.0
    for breadth in _BREADTHS[: bisect_right(_BREADTHS, max(_CHEAP, len(keys) // _WORTH))]:
        share = _share(graph, asking, truth, breadth)
        if share >= WANTED:
            break
    return breadth, share


def _share(graph: Graph, asking: Bytes, truth: Sequence[set[int]], breadth: int) -> float:
    found = [{*graph.near(row[None], breadth).tolist()} for row in asking]
    hits = sum(len(each & nearest) for each, nearest in zip(found, truth, strict=True))
    wanted = sum(map(len, truth))
    return hits / wanted if wanted else 1.0
