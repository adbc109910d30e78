"""Eight tiny clips in ranges of two, and a model that counts what it is shown."""

from __future__ import annotations

import importlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch

from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.clips.pocket.packaged import pocket
from pytest_vidcompress.clips.profile import Profile
from pytest_vidcompress.clips.sample import sample
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.run.engines.engine import Setting
from pytest_vidcompress.run.engines.here import Here
from pytest_vidcompress.run.shards import job
from pytest_vidcompress.run.shards.job import ClipRanges, Share
from pytest_vidcompress.run.shards.measurement import Measured
from pytest_vidcompress.run.shards.predictions import RangePredictions, SharedPredictions
from pytest_vidcompress.run.shards.stores.open import open_store
from pytest_vidcompress.run.shards.stores.store import Store

PROFILE = Profile(2, 4, 16, sampling="even")
PIXELS = 2 * 3 * 16 * 16
CLIPS, RANGE = 8, 2
COUNTED = """
import torch

class Counted(torch.nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, pixels):
        calls.append(pixels)
        return self.inner(pixels) + shift

calls, shift = [], 0
"""
DEADLY = """
import os
import counted

class Deadly(counted.Counted):
    home = shown = 0

    def forward(self, pixels):
        self.shown += 1
        if os.getpid() != self.home and self.shown > 2:
            os.kill(os.getpid(), 9)
        return self.inner(pixels)
"""
FRAIL = """
import os
import counted

class Frail(counted.Counted):
    home, file, fatal = 0, "", ()

    def forward(self, pixels):
        if os.getpid() != self.home:
            with open(self.file, "a") as calls:
                calls.write(".")
            if os.path.getsize(self.file) in self.fatal:
                os.kill(os.getpid(), 9)
        return super().forward(pixels)
"""
LEISURELY = """
import time
import counted

class Leisurely(counted.Counted):
    def forward(self, pixels):
        time.sleep({seconds})
        return super().forward(pixels)
"""


@pytest.fixture
def small_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "SIZE", RANGE)


@contextmanager
def counted_in(folder: Path) -> Iterator[Any]:
    """A user's module with a class that counts its calls."""
    (folder / "counted.py").write_text(COUNTED)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        patch.delitem(sys.modules, "counted", raising=False)
        yield importlib.import_module("counted")
        sys.modules.pop("counted", None)


@pytest.fixture
def counted(tmp_path: Path) -> Iterator[Any]:
    with counted_in(tmp_path) as module:
        yield module


def leisurely(counted: Any, seconds: float) -> type[torch.nn.Module]:
    """A class of the same kind whose calls take their time, so that something can happen meanwhile."""
    return beside(counted, "leisurely", LEISURELY.format(seconds=seconds)).Leisurely


def deadly(counted: Any, inner: torch.nn.Module) -> torch.nn.Module:
    """A module of the same kind that ends every process but this one at its third call."""
    made = beside(counted, "deadly", DEADLY).Deadly(inner)
    made.home = os.getpid()
    return made.eval()


def frail(counted: Any, inner: torch.nn.Module, fatal: tuple[int, ...]) -> torch.nn.Module:
    """A module of the same kind that ends every process but this one at some of its calls, counted over all."""
    made = beside(counted, "frail", FRAIL).Frail(inner)
    made.home, made.file, made.fatal = os.getpid(), str(Path(counted.__file__).with_name("calls")), fatal
    return made.eval()


def beside(counted: Any, name: str, text: str) -> Any:
    """A user's module beside that one, which may have been another before."""
    Path(counted.__file__).with_name(f"{name}.py").write_text(text)
    sys.modules.pop(name, None)
    importlib.invalidate_caches()
    return importlib.import_module(name)


@pytest.fixture
def model(counted: Any) -> Model:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        module = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(PIXELS, 16))
    return Model("dense", counted.Counted(module).eval(), PROFILE, pocket().labels)


def clips_of(share: Share | None = None, number: int = CLIPS, most: float = 1.0) -> Clips:
    """Clips as a run, or a shard of it, has them."""
    found = pocket()
    ids = {label: position for position, label in enumerate(found.labels)}
    whole = Clips(sample(found.clips, number, 0), found.labels, ids, PROFILE)
    return whole.part(ClipRanges.of(number, share).places, may_be_empty=False) if share else whole


Shared = Callable[..., RangePredictions]


@pytest.fixture
def shared(small_ranges: None, tmp_path: Path, model: Model) -> Shared:
    """Predictions of a run, or of a shard of it, over one store."""

    def make(share: Share | None = None, store: Store | None = None, number: int = CLIPS) -> RangePredictions:
        store = store or open_store(str(tmp_path / "store"))
        engine = Here(Setting(store, "a-cpu", str(share or "")))
        own = SharedPredictions(store, engine, ClipRanges.of(number, share), time.time() + 1, "a-cpu")
        found = own.of(Measured(model.module, model, "small", "test 1"))
        assert found is not None
        return found

    return make
