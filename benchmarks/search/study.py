"""What compression costs a ranking: the packaged models and their variants, every clip asking for all others.

    python -m benchmarks.search.study [--model=videomae] [RECIPE ...]
    python -m benchmarks.search.study --times           on a machine that does nothing else

Of each variant: recall, mAP, agreement with the reference's ranking, asymmetric recall both ways, each with what it
loses and 95 % by drawing the same clips for both; the same with vectors stored in fewer bytes; bytes of its artefact;
and under --times the time of a view beside the reference's, in turns. Students are trained where the cache has none,
which takes minutes.
Writes study.json beside it, a row at a time: what is there is not measured again.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from pytest_vidcompress.measure.interval import Estimate
from pytest_vidcompress.measure.machine import machine
from pytest_vidcompress.measure.measurement import measure, timed
from pytest_vidcompress.measure.search.rankings import Matrix
from pytest_vidcompress.measure.search.search import Search
from pytest_vidcompress.measure.search.searched import searched
from pytest_vidcompress.measure.subject import Subject
from pytest_vidcompress.present.terminal.progress.bar import Bar
from pytest_vidcompress.run.options import Options
from pytest_vidcompress.run.registries import Registries
from pytest_vidcompress.run.session import Session
from pytest_vidcompress.runtimes.torch_eager import version
from pytest_vidcompress.search.vector_formats import FORMATS, stacked

BEGAN = time.time()
RESULTS = Path(__file__).with_suffix(".json")
LEARNED = Path(__file__).parents[2] / "learned"
_SMALL = "shrink:mlp=0.75,heads=0.5"
_HALF = "frames:keep=4,choice=first+distil:steps=8000,batch=32,rate=0.001,representation=1,labels=0.5"
STUDENTS = {
    f"{_SMALL}+distil:steps=1000": "answers",
    f"{_SMALL}+distil:steps=1000,representation=1": "answers and representation",
    f"{_SMALL}+distil:steps=1000,prediction=0,representation=1": "representation",
}
"""Alike but for what they learn from their teacher."""
RECIPES = (
    "fp16",
    "int8-dynamic",
    "fuse+int8-static",
    "prune-global:amount=0.2",
    "prune-global:amount=0.4",
    "prune-global:amount=0.6",
    "prune-gradual:steps=1500",
    "shrink:mlp=0.5",
    _SMALL,
    *STUDENTS,
    f"{_SMALL}+distil:steps=1000,representation=1+fuse+int8-static",
)
OF_MODEL: Mapping[str, tuple[str, ...]] = {
    "timesformer": RECIPES,
    "videomae": (*RECIPES, _HALF, f"{_HALF}+fuse+int8-static"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("recipes", nargs="*", metavar="RECIPE", help="these alone, measured anew")
    parser.add_argument("--model", action="append", choices=OF_MODEL)
    parser.add_argument("--times", action="store_true")
    given = parser.parse_args()
    for model in given.model or OF_MODEL:
        times(model) if given.times else study(model, tuple(given.recipes))


def study(model: str, again: tuple[str, ...] = ()) -> None:
    """Of one model, what is not there yet."""
    torch.set_num_threads(1)
    session = _session(model)
    reference = session.references.of(model)
    base, whole = (
        session.embeddings.of_reference(reference),
        session.embeddings.search_of_reference(reference),
    )
    rows = read().get(model, {})
    if "fp32" not in rows:
        _write(model, "fp32", {**_found(whole), "vectors": _stored(base, reference.targets)})
    for text in again or OF_MODEL[model]:
        if text in rows and text not in again:
            continue
        subject = Subject.of(session.builder.variant(session.inputs.choices.recipe(text), model))
        report = measure(subject, reference, text, "study")
        own = session.embeddings.of_subject(subject, reference, text, f"study {text}", None)
        row = _found(searched(own, base, reference.targets, base=whole))
        row |= {
            "vectors": _stored(own, reference.targets),
            "top1_drop": round(report.top1_drop, 6),
            "size_ratio": round(report.size_ratio or 1.0, 4),
        }
        _write(model, text, row)


def times(model: str) -> None:
    """Adds the time of each variant to its row."""
    session = _session(model)
    reference = session.references.of(model)
    for text, row in read()[model].items():
        if text != "fp32":
            subject = Subject.of(session.builder.variant(session.inputs.choices.recipe(text), model))
            report = timed(measure(subject, reference, text, "study"), subject, reference)
            _write(model, text, {**row, "latency_ratio": _ends(report.latency_ratio)})


def read() -> dict[str, Any]:
    """What is measured, by model and recipe."""
    return json.loads(RESULTS.read_text()) if RESULTS.exists() else {}


def _session(model: str) -> Session:
    values = {
        Options.models.name: (model,),
        Options.learned.name: LEARNED,
        Options.threads.name: 1,
    }
    return Session(Options(values, began=BEGAN), Registries.merge([], [], [], []), Bar(sys.stderr))


def _found(search: Search) -> dict[str, Any]:
    return {
        "vector_bytes": search.vector_bytes,
        "numbers": {name: _ends(each) for name, each in search.numbers.items()},
        "drops": {name: _ends(each) for name, each in search.drops.items()},
    }


def _stored(own: Matrix, targets: torch.Tensor) -> dict[str, Any]:
    """With a gallery in each format that an index stores, beside fp32; queries are as they are."""
    found: dict[str, Any] = {}
    for name, form in FORMATS.items():
        gallery = stacked([form.pack(row) for row in own], name, own.shape[1])
        search = searched(gallery, own, targets, asks=own)
        found[name] = {"bytes": form.size_bytes(own.shape[1]), **_found(search)}
    return found


def _ends(value: Estimate | None) -> list[float] | None:
    """Estimate, and the ends of its interval."""
    return None if value is None else [round(float(each), 6) for each in (value, value.low, value.high)]


def _write(model: str, recipe: str, row: Mapping[str, Any]) -> None:
    rows = read()
    rows.setdefault("machine", machine(version()).slug)
    rows.setdefault(model, {})[recipe] = row
    RESULTS.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
