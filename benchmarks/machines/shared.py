"""What the scripts of this folder share: a measurement over an engine, and files with what they found."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.clips.pocket.packaged import pocket
from pytest_vidcompress.measure.machine import machine
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.run.engines.engine import Engine, Setting
from pytest_vidcompress.run.engines.registry import ENGINES
from pytest_vidcompress.run.shards.job import ClipRanges
from pytest_vidcompress.run.shards.measurement import Measured
from pytest_vidcompress.run.shards.predictions import SharedPredictions
from pytest_vidcompress.run.shards.stores.open import begin, open_store
from pytest_vidcompress.run.shards.stores.store import Store
from pytest_vidcompress.runtimes.torch_eager import version


@dataclass(frozen=True)
class Running:
    """An engine over a store."""

    engine: Engine
    store: Store


@contextmanager
def running(name: str, workers: int = 1, address: str = "") -> Iterator[Running]:
    """An engine over a store of its own."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(folder)
        begin(store)
        here = machine(version()).computer
        setting = Setting(store, here, workers=workers, address=address, paths=tuple(sys.path))
        with closing(ENGINES[name](setting)) as engine:
            yield Running(engine, store)


def seconds(on: Running, model: Model, clips: Clips, name: str) -> float:
    """What one measurement takes, of which nothing is in the store."""
    own = SharedPredictions(on.store, on.engine, ClipRanges.of(len(clips.sample)), time.time() + 1, "a-cpu")
    found = own.of(Measured(model.module, model, name, f"test {name}"))
    assert found is not None
    began = time.perf_counter()
    found(model.module, clips, len(model.labels), None, None, None)
    return time.perf_counter() - began


def clips_for(model: Model, number: int) -> Clips:
    """Packaged clips; beyond as many as there are, the same again under other names."""
    found = pocket()
    again = [
        replace(clip, id=f"{turn}/{clip.id}")
        for turn in range(-(-number // len(found.clips)))
        for clip in found.clips
    ]
    ids = {label: place % len(model.labels) for place, label in enumerate(found.labels)}
    return Clips(again[:number], found.labels, ids, model.profile)


def about() -> dict[str, Any]:
    """Where it was measured, and what else the machine did."""
    return {
        "machine": machine(version()).computer,
        "cores": os.cpu_count(),
        "load": os.getloadavg(),
        "torch": torch.__version__,
    }


def write(file: Path, found: dict[str, Any]) -> None:
    text = json.dumps(found, indent=1) + "\n"
    print(text)
    file.write_text(text)
