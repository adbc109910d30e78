"""Clip retrieval by the protocol of UCF101, for those who have it: test videos of a split ask for training videos.

    python -m benchmarks.search.ucf101 UCF-101/ ucfTrainTestlist/ --model=videomae --model=small/ --published

Of each model or artefact: R@1, 5, 10, 20 and 50, where any of the first k of the query's class counts, and mAP;
beside the first one, the reference, its agreement@10, and its recall as the side that asks and as the one that
answers. Each video is the mean of the embeddings of ten clips, evenly spread (Xu et al., "Self-Supervised
Spatiotemporal Learning via Video Clip Order Prediction", CVPR 2019, section 4.3: 16 frames each; here as many as
the model's profile says); `--views` changes that. Nothing is centred, and no last batch is dropped. Vectors are
kept in `--out`, so that a run that is killed goes on: 13,320 videos of ten clips take hours.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from pytest_vidcompress.clips.profile import Views
from pytest_vidcompress.measure.search.rankings import (
    Matrix,
    PerQuery,
    Ranking,
    agreement_at,
    average_precision,
    mean,
    rankings,
    recall_at,
    relevance,
)
from pytest_vidcompress.present.terminal.progress.bar import Bar
from pytest_vidcompress.run.answering.answerer import Wanted, answerer
from pytest_vidcompress.run.answering.embedder import Embedder
from pytest_vidcompress.run.registries import Registries
from pytest_vidcompress.search.embedded_files import embed

PLACES = (1, 5, 10, 20, 50)
AGREEMENT = 10
KEPT = 200
"""Videos that a run which is killed loses at most."""


@dataclass(frozen=True)
class Split:
    """Paths below the folder of videos, by side, in the order of the official lists."""

    test: Sequence[str]
    train: Sequence[str]

    @classmethod
    def read(cls, lists: Path, number: int) -> Split:
        """Of `testlist0N.txt` and `trainlist0N.txt`."""
        lines = (
            (lists / f"{side}list{number:02}.txt").read_text().splitlines() for side in ("test", "train")
        )
        # Training lists have the number of the class behind the name.
        return cls(
            *([re.sub(r"\s+\d+$", "", line.strip()) for line in each if line.strip()] for each in lines)
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("videos", type=Path, help="with a folder a class")
    parser.add_argument("lists", type=Path, help="with testlist01.txt and trainlist01.txt")
    parser.add_argument("--split", type=int, default=1, choices=(1, 2, 3))
    parser.add_argument(
        "--model", action="append", required=True, help="repeatable; the first is the reference"
    )
    parser.add_argument("--published", action="store_true", help="names mean published weights")
    parser.add_argument("--views", type=Views.parse, default=Views(10, 1))
    parser.add_argument("--out", type=Path, default=Path("ucf101-search"))
    given = parser.parse_args()
    split = Split.read(given.lists, given.split)
    found = [_vectors(given, name, split) for name in given.model]
    rows = {name: row(own, found[0], split) for name, own in zip(given.model, found, strict=True)}
    (given.out / "results.json").write_text(json.dumps(rows, indent=1) + "\n")
    for name, numbers in rows.items():
        said = (f"{metric} {_percent(value)}" for metric, value in numbers.items())
        print(f"{name}: {', '.join(said)}")


def _percent(value: Sequence[float]) -> str:
    estimate, low, high = (f"{100 * each:.1f}" for each in value)
    return f"{estimate} ({low} to {high})"


def row(own: Mapping[str, Any], reference: Mapping[str, Any], split: Split) -> dict[str, list[float]]:
    """The numbers of one model beside the reference: estimate and 95 %."""
    queries, gallery = (_side(own, side) for side in (split.test, split.train))
    asked, labels = _labels(own, split.test), _labels(own, split.train)
    ranking = rankings(queries, gallery)
    values = _recalls(ranking, asked, labels)
    if own is not reference and own.keys() == reference.keys():
        base = [_side(reference, side) for side in (split.test, split.train)]
        values[f"agreement@{AGREEMENT}"] = agreement_at(ranking, rankings(*base), AGREEMENT)
        if base[0].shape == queries.shape:
            values["asks: R@1"] = recall_at(relevance(rankings(queries, base[1]), asked, labels), 1)
            values["answers: R@1"] = recall_at(relevance(rankings(base[0], gallery), asked, labels), 1)
    means = {name: mean(each) for name, each in values.items()}
    return {name: [round(float(end), 6) for end in (each, *each.interval)] for name, each in means.items()}


def _recalls(ranking: Ranking, asked: np.ndarray, labels: np.ndarray) -> dict[str, PerQuery]:
    relevant = relevance(ranking, asked, labels)
    scores = {f"R@{k}": partial(recall_at, k=k) for k in PLACES} | {"mAP": average_precision}
    return {name: score(relevant) for name, score in scores.items()}


def _side(vectors: Mapping[str, Any], paths: Sequence[str]) -> Matrix:
    return np.stack([vectors[path] for path in paths if path in vectors]).astype(np.float32)


def _labels(vectors: Mapping[str, Any], paths: Sequence[str]) -> np.ndarray:
    classes = sorted({path.partition("/")[0] for path in vectors})
    return np.array([classes.index(path.partition("/")[0]) for path in paths if path in vectors], np.int64)


def _vectors(given: argparse.Namespace, name: str, split: Split) -> Mapping[str, Any]:
    """Of every video that can be decoded, by its path; the others are said."""
    registries = Registries.merge([], [], [], [])
    wanted = Wanted(name, views=given.views, published=given.published)
    embedder = Embedder.of(answerer(wanted, registries), wanted, registries)
    given.out.mkdir(parents=True, exist_ok=True)
    kept = given.out / f"{hashlib.sha256(embedder.made_by.words.encode()).hexdigest()[:16]}.npz"
    known = {**np.load(kept)} if kept.exists() else {}
    missing = [path for path in (*split.test, *split.train) if path not in known]
    bar = Bar(sys.stderr)
    for done, each in enumerate(embed(embedder.arm, [given.videos / path for path in missing]), 1):
        if each.vector is None:
            print(f"left out: {each.path}: {each.reason}", file=sys.stderr)
        else:
            known[str(each.path.relative_to(given.videos))] = each.vector
        bar(f"{name}, videos", done, len(missing))
        if done % KEPT == 0:
            _keep(kept, known)
    bar.end()
    _keep(kept, known)
    return known


def _keep(file: Path, vectors: Mapping[str, Any]) -> None:
    """Whole or not at all."""
    beside = file.with_suffix(".part.npz")
    np.savez(beside, **vectors)
    beside.replace(file)


if __name__ == "__main__":
    main()
