"""How long it takes to find the ten nearest of 100,000 vectors of 768 numbers: exactly, with one and two threads, and
by a graph of usearch, with what that takes to be made and what it finds.

    python -m benchmarks.search.nearest                              exact search: half a minute
    python -m benchmarks.search.nearest clustered:fp32 random:bits   graphs, minutes each, those of random ones many
    python -m benchmarks.search.nearest packaged                     vectors of the packaged models in fewer bytes

Exact search: fresh processes with one and two threads of numpy's library in turns, a query a round. Wall time says
what a user waits, and CPU time what a busy machine adds; the load of the machine stands beside them.

Graphs: queries are 100 further vectors; recall is of the ten nearest by the vectors as they are stored, and what a
view itself has chosen of candidates is taken. Clustered ones lie around 1000 centres, with a cosine of 0.67 inside.
Writes nearest.json beside it, a part at a time.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import quantiles
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from pytest_vidcompress.clips.pocket.packaged import pocket
from pytest_vidcompress.measure.from_file.arm import Arm
from pytest_vidcompress.measure.machine import machine
from pytest_vidcompress.models.load import load
from pytest_vidcompress.runtimes.torch_eager import TORCH, version
from pytest_vidcompress.search.approximate import view_file
from pytest_vidcompress.search.approximate.candidates import candidates
from pytest_vidcompress.search.approximate.view import up_to_date
from pytest_vidcompress.search.embedded_files import embed
from pytest_vidcompress.search.embedding import embedding_model
from pytest_vidcompress.search.exact_search import nearest
from pytest_vidcompress.search.index.index_file import opened
from pytest_vidcompress.search.index.made_by import MadeBy
from pytest_vidcompress.search.index.rows import Gallery, IndexedFile, StoredWindow
from pytest_vidcompress.search.vector_formats import FORMATS, Matrix, Vector, stacked

RESULTS = Path(__file__).with_suffix(".json")
ROWS, WIDTH, MOST = 100_000, 768, 10
CENTRES, SPREAD = 1000, 0.7
QUERIES, TURNS, ROUNDS = 100, 4, 20
MADE_BY = MadeBy("drawn", "drawn", "fp32", "torch", "0" * 16, "none", "drawn", WIDTH)


def drawn(kind: str, count: int, seed: int) -> Matrix:
    """Vectors of length one."""
    dice = np.random.default_rng(seed)
    made = dice.standard_normal((count, WIDTH), np.float32)
    if kind == "clustered":
        centres = np.random.default_rng(0).standard_normal((CENTRES, WIDTH), np.float32)
        made = centres[dice.integers(0, CENTRES, count)] + SPREAD * made
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def spread(values: list[float]) -> dict[str, float]:
    low, middle, high = quantiles(values, n=4)
    return {
        "least": min(values),
        "quartile": low,
        "median": middle,
        "upper_quartile": high,
        "most": max(values),
    }


def timed(call: Callable[[Vector], object], queries: Matrix) -> dict[str, Any]:
    """Milliseconds of each query."""
    wall, cpu = list[float](), list[float]()
    for query in queries:
        began = time.perf_counter(), time.process_time()
        call(query)
        wall.append((time.perf_counter() - began[0]) * 1e3)
        cpu.append((time.process_time() - began[1]) * 1e3)
    return {"wall_ms": wall, "cpu_ms": cpu}


def exact() -> dict[str, Any]:
    """Of one and two threads, each in fresh processes, in turns."""
    rounds: dict[str, dict[str, list[float]]] = {
        threads: {"wall_ms": [], "cpu_ms": [], "load": []} for threads in ("1", "2")
    }
    for _ in range(TURNS):
        for threads, found in rounds.items():
            environment = {**os.environ, "OPENBLAS_NUM_THREADS": threads, "OMP_NUM_THREADS": threads}
            command = [sys.executable, "-m", __spec__.name, "--once"]
            said = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
            for name, values in json.loads(said.stdout).items():
                found[name] += values
    return {
        threads: {"summary": {name: spread(values) for name, values in found.items()}, "rounds": found}
        for threads, found in rounds.items()
    }


def once() -> None:
    """In a process of `exact`."""
    gallery, queries = drawn("clustered", ROWS, 1), drawn("clustered", ROUNDS, 2)
    nearest(gallery, queries[0], MOST)
    found = timed(lambda query: nearest(gallery, query, MOST), queries)
    print(json.dumps({**found, "load": [os.getloadavg()[0]]}))


def graph(kind: str, stored: str) -> dict[str, Any]:
    """A view of an index with such vectors."""
    gallery, queries = drawn(kind, ROWS, 1), drawn(kind, QUERIES, 2)
    with tempfile.TemporaryDirectory() as folder:
        file, said = Path(folder) / "index", list[str]()
        with opened(file, to_write=True) as index:
            index.describe(replace(MADE_BY, stored=stored), Path(folder))
            for first in range(0, ROWS, 1000):
                rows = gallery[first : first + 1000]
                index.add_video(
                    str(first),
                    [StoredWindow(k, k + 1, FORMATS[stored].pack(row)) for k, row in enumerate(rows)],
                )
                index.add_file(str(first), IndexedFile(str(first), 0, 0))
        with opened(file) as index:
            began = time.perf_counter(), time.process_time()
            view = up_to_date(index, file, said.append)
            made = {"wall_s": time.perf_counter() - began[0], "cpu_s": time.process_time() - began[1]}
            began = time.perf_counter(), time.process_time()
            up_to_date(index, file, said.append)
            read = {"wall_s": time.perf_counter() - began[0], "cpu_s": time.process_time() - began[1]}
            everything = index.gallery()
            asked = timed(lambda query: candidates(view, index, query, MOST, said.append), queries)
            whole = timed(lambda query: nearest(everything.vectors, query, MOST), queries)
            near = [candidates(view, index, query, MOST, said.append) for query in queries]
            shares = [_share(everything, each, query) for each, query in zip(near, queries, strict=True)]
        size = view_file.beside(file).stat().st_size
        vectors = ROWS * FORMATS[stored].size_bytes(WIDTH)
    return {
        "view": {name: getattr(view.about, name) for name in ("usearch", "parameters", "breadth", "recall")},
        "made": made,
        "read": read,
        "bytes": size,
        "vector_bytes": vectors,
        "recall_at_10": float(np.mean(shares)),
        "query": {name: spread(values) for name, values in asked.items()},
        "exact_query_beside_it": {name: spread(values) for name, values in whole.items()},
        "load": os.getloadavg()[0],
        "said": said[:2],
    }


def _share(everything: Gallery, near: Gallery | None, query: Vector) -> float:
    """Of the ten nearest, those that are among the candidates; all where all windows are looked at."""
    if near is None:
        return 1.0
    wanted = {everything.windows[row] for row in nearest(everything.vectors, query, MOST)[0]}
    return len(wanted & {*near.windows}) / MOST


def packaged() -> dict[str, Any]:
    """Of the embeddings of the packaged clips, every clip asking for all others: how many of the ten nearest by fp32
    are among the ten nearest by fewer bytes, and whether one of ten is of its class.

    Bits by the signs as they are, and by those after a rotation, from the mean, and with a factor a vector, as RaBitQ
    (Gao and Long, 2024) has them."""
    found = dict[str, Any]()
    clips = sorted(pocket().clips, key=lambda clip: clip.id)
    labels = np.array([clip.label for clip in clips])
    for name in ("timesformer", "videomae"):
        model = embedding_model(load(name, (), "--label"))
        arm = Arm.alone(TORCH.prepare(model), model.profile, torch.device("cpu"))
        vectors = np.stack([each.vector for each in embed(arm, [Path(str(clip.source)) for clip in clips])])
        exact, rows = vectors @ vectors.T, found.setdefault(name, {})
        for stored in FORMATS:
            back = stacked([FORMATS[stored].pack(row) for row in vectors], stored, vectors.shape[1])
            rows[stored] = _ranked(vectors @ back.T, exact, labels)
        for way, scores in _other_bits(vectors).items():
            rows[f"bits {way}"] = _ranked(scores, exact, labels)
    return found


def _other_bits(vectors: Matrix) -> dict[str, Matrix]:
    width = vectors.shape[1]
    turned, _ = np.linalg.qr(np.random.default_rng(0).standard_normal((width, width)))
    mean = vectors.mean(0)
    found = dict[str, Matrix]()
    for way, asks, rows in (
        ("rotated", vectors @ turned, vectors @ turned),
        ("from the mean", vectors, vectors - mean),
        ("from the mean, rotated", vectors @ turned, (vectors - mean) @ turned),
    ):
        signs = np.where(rows > 0, 1, -1) / width**0.5
        found[way] = asks @ signs.T
        factors = (rows * rows).sum(1) / (rows * signs).sum(1)
        offset = vectors @ mean if "mean" in way else np.zeros(len(vectors))
        found[f"{way}, with a factor"] = offset[:, None] + asks @ (signs * factors[:, None]).T
    return found


def _ranked(scores: Matrix, exact: Matrix, labels: npt.NDArray[Any]) -> dict[str, float]:
    ours, theirs = (_first(each) for each in (scores, exact))
    shared = [
        len({*one} & {*other}) / MOST for one, other in zip(ours.tolist(), theirs.tolist(), strict=True)
    ]
    of_class = (labels[ours] == labels[:, None]).any(1)
    return {"nearest_at_10": float(np.mean(shared)), "class_recall_at_10": float(of_class.mean())}


def _first(scores: Matrix) -> npt.NDArray[np.intp]:
    scores = scores.copy()
    np.fill_diagonal(scores, -np.inf)
    return np.argsort(-scores, axis=1, kind="stable")[:, :MOST]


def main() -> None:
    if sys.argv[1:] == ["--once"]:
        once()
        return
    for part in sys.argv[1:] or ["exact"]:
        ways = {"exact": exact, "packaged": packaged}
        found = ways[part]() if part in ways else graph(*part.split(":"))
        results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {}
        results[part] = {"machine": machine(version()).slug, **found}
        RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        print(part, json.dumps(found)[:2000])


if __name__ == "__main__":
    main()
