"""Nothing is computed twice, and nothing is believed that another module, machine or run computed."""

from __future__ import annotations

import dataclasses
import importlib
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.measure.accuracy.predict import predict
from pytest_vidcompress.measure.machine import Machine, machine
from pytest_vidcompress.measure.resume import predictions
from pytest_vidcompress.measure.resume.predictions import Keeper, Predictions
from pytest_vidcompress.measure.resume.reuse import OLDEST_DAYS, Reuse, finish
from pytest_vidcompress.models.model import Model

COUNTED = """
import torch

class Counted(torch.nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, pixels):
        calls.append(pixels)
        if len(calls) == stop_at:
            raise KeyboardInterrupt
        return self.inner(pixels) + shift

calls, stop_at, shift = [], 0, 0
"""
ANSWER = 1
"""Call of the module to see what it says to noise."""


@pytest.fixture
def counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A user's module with a class that counts its calls."""
    (tmp_path / "counted.py").write_text(COUNTED)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "counted", raising=False)
    yield importlib.import_module("counted")
    sys.modules.pop("counted", None)


@pytest.fixture
def model(classifier: Model, counted: Any) -> Model:
    return dataclasses.replace(classifier, module=counted.Counted(classifier.module))


@pytest.fixture
def keeper(tmp_path: Path) -> Callable[..., Keeper]:
    """A keeper as every run makes one."""

    def make(resume: bool = True, of: Machine | None = None) -> Keeper:
        return Keeper(tmp_path / "kept", resume, time.time() + 1, of or machine("torch"))

    return make


def variant(run: Keeper, model: Model, test: str = "test 1") -> Predictions | None:
    return run.of_variant(model.module, model, "small", test)


def run(model: Model, clips: Clips, known: Predictions | None) -> torch.Tensor:
    return predict(model.module, clips, 16, remember=known and known.remembering)[0]


def count(counted: Any) -> int:
    calls = len(counted.calls)
    counted.calls.clear()
    return calls


def test_a_second_run_computes_nothing(
    model: Model, clips: Clips, keeper: Callable[..., Keeper], counted: Any
) -> None:
    plain = run(model, clips, None)
    assert count(counted) == 8
    for calls, found in ((8, 0), (0, 8), (0, 8)):
        this = keeper()
        logits = run(model, clips, this.of_reference(model))
        assert torch.equal(logits, plain)
        assert count(counted) == calls + ANSWER
        assert [*this.reuse.values()] == [Reuse("reference", "dense", True, found, 8)]


@pytest.mark.parametrize("stop_at", [1, 2, 5, 8, 9])
def test_what_was_interrupted_goes_on(
    stop_at: int, model: Model, clips: Clips, keeper: Callable[..., Keeper], counted: Any
) -> None:
    plain = run(model, clips, None)
    count(counted)
    counted.stop_at = stop_at
    with pytest.raises(KeyboardInterrupt):
        run(model, clips, variant(keeper(), model))
    counted.stop_at = 0
    computed = max(count(counted) - 1 - ANSWER, 0)
    logits = run(model, clips, variant(keeper(), model))
    assert torch.equal(logits, plain)
    assert count(counted) == 8 - computed + ANSWER


def test_the_end_of_a_run_leaves_those_of_the_reference(
    model: Model, clips: Clips, keeper: Callable[..., Keeper], counted: Any
) -> None:
    for calls in (16, 8):
        this = keeper()
        run(model, clips, this.of_reference(model))
        run(model, clips, variant(this, model))
        finish(this.folder, this.reuse)
        assert count(counted) == calls + 2 * ANSWER


def test_within_a_run_nothing_of_a_variant_is_taken_over(
    model: Model, clips: Clips, keeper: Callable[..., Keeper], counted: Any
) -> None:
    this = keeper()
    for test in ("test 1", "test 2"):
        run(model, clips, variant(this, model, test))
    assert count(counted) == 2 * (8 + ANSWER)
    assert variant(this, model, "test 1") is None, "repeated by whatever repeats tests"


def test_without_resuming_nothing_is_read_and_all_is_written(
    model: Model, clips: Clips, keeper: Callable[..., Keeper], counted: Any
) -> None:
    run(model, clips, keeper().of_reference(model))
    count(counted)
    fresh = keeper(resume=False)
    run(model, clips, fresh.of_reference(model))
    assert count(counted) == 8 + ANSWER
    # Another process of the same run shares what this one computed.
    run(model, clips, dataclasses.replace(fresh, reuse={}).of_reference(model))
    assert count(counted) == ANSWER
    run(model, clips, keeper().of_reference(model))
    assert count(counted) == ANSWER


def _changed_weight(model: Model) -> None:
    with torch.no_grad():
        next(model.module.parameters())[0, 0] += 1e-6


CHANGES: dict[str, Callable[[Any, Model, pytest.MonkeyPatch], object]] = {
    "weight": lambda counted, model, patch: _changed_weight(model),
    "what no fingerprint sees": lambda counted, model, patch: setattr(counted, "shift", 1e-3),
    "a function of torch": lambda counted, model, patch: patch.setattr(
        nn.functional, "relu", lambda x, inplace=False: torch.relu(x) * 1.001
    ),
    "threads": lambda counted, model, patch: None,
    "format": lambda counted, model, patch: patch.setattr(predictions, "FORMAT", -1),
    "versions": lambda counted, model, patch: patch.setattr(predictions, "versions", lambda: {"torch": "9"}),
    "our source": lambda counted, model, patch: patch.setattr(
        predictions, "own_source", lambda began: "other"
    ),
    "precision": lambda counted, model, patch: torch.set_float32_matmul_precision("medium"),
    "environment": lambda counted, model, patch: patch.setenv("MKL_CBWR", "COMPATIBLE"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_decides_the_bits_is_not_resumed_over(
    what: str,
    model: Model,
    clips: Clips,
    keeper: Callable[..., Keeper],
    counted: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run(model, clips, keeper().of_reference(model))
    count(counted)
    before = torch.get_float32_matmul_precision()
    try:
        CHANGES[what](counted, model, monkeypatch)
        here = machine("torch")
        other = dataclasses.replace(here, threads=here.threads + 1) if what == "threads" else here
        logits = run(model, clips, keeper(of=other).of_reference(model))
        assert count(counted) == 8 + ANSWER
        assert torch.equal(logits, run(model, clips, None))
    finally:
        torch.set_float32_matmul_precision(before)


def test_the_users_code_decides_a_variant_but_not_a_reference_of_known_classes(
    classifier: Model, clips: Clips, keeper: Callable[..., Keeper], counted: Any
) -> None:
    def found() -> list[int]:
        this = keeper()
        run(classifier, clips, this.of_reference(classifier))
        run(classifier, clips, variant(this, classifier))
        return [each.hits for each in this.reuse.values()]

    assert found() == [0, 0]
    assert found() == [8, 8]
    Path(counted.__file__).write_text(COUNTED + "# edited\n")
    assert found() == [8, 0]


def test_of_code_edited_since_it_was_loaded_nothing_is_kept(
    classifier: Model, model: Model, tmp_path: Path, counted: Any
) -> None:
    this = Keeper(tmp_path / "kept", True, Path(counted.__file__).stat().st_ctime - 0.01, machine("torch"))
    assert this.of_reference(model) is None
    assert variant(this, classifier) is None


@pytest.mark.parametrize(
    "target",
    [
        lambda pixels: torch.zeros(1, 16),
        nn.Flatten(),
        nn.Linear(3, 3),
    ],
)
def test_what_cannot_be_known_or_does_not_fit_is_left_alone(
    target: Any, model: Model, keeper: Callable[..., Keeper]
) -> None:
    this = keeper()
    assert this.of_variant(target, model, "small", "test 1") is None
    assert this.reuse == {}


def test_a_view_is_known_whatever_clip_it_is_of(
    model: Model, clips: Clips, keeper: Callable[..., Keeper], counted: Any
) -> None:
    whole = run(model, clips, keeper().of_reference(model))
    count(counted)
    ids = {label: position for position, label in enumerate(clips.labels)}
    other = Clips([*clips[:1:-2], *clips[:1]], clips.labels, ids, clips.profile)
    assert torch.equal(run(model, other, keeper().of_reference(model)), whole[[7, 5, 3, 0]])
    assert count(counted) == ANSWER


@pytest.mark.parametrize("cut", [0, 1, 100, 500])
def test_a_torn_journal_costs_only_what_is_torn(
    cut: int, model: Model, clips: Clips, keeper: Callable[..., Keeper], counted: Any
) -> None:
    this = keeper()
    whole = run(model, clips, this.of_reference(model))
    count(counted)
    (path,) = this.folder.glob("*.rows")
    size = path.stat().st_size
    os.truncate(path, size - cut)
    assert torch.equal(run(model, clips, keeper().of_reference(model)), whole)
    assert count(counted) == -(-cut // (size // 8)) + ANSWER
    assert path.stat().st_size == size


def test_a_folder_that_cannot_be_written_is_warned_of(
    model: Model, clips: Clips, tmp_path: Path, counted: Any
) -> None:
    (tmp_path / "file").touch()
    this = Keeper(tmp_path / "file" / "kept", True, time.time() + 1, machine("torch"))
    with pytest.warns(UserWarning, match="predictions are not kept, .* cannot be written") as caught:
        logits = run(model, clips, this.of_reference(model))
    assert len(caught) == 1
    assert count(counted) == 8 + ANSWER
    assert torch.equal(logits, run(model, clips, None))
    finish(this.folder, this.reuse)


def test_two_at_once_share_the_work(
    model: Model, clips: Clips, keeper: Callable[..., Keeper], counted: Any
) -> None:
    clips.load()
    known = [keeper().of_reference(model) for _ in range(2)]
    count(counted)
    logits: list[torch.Tensor] = []
    threads = [
        threading.Thread(target=lambda one=one: logits.append(run(model, clips, one))) for one in known
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert torch.equal(*logits)
    assert count(counted) == 8


def test_old_journals_go(tmp_path: Path) -> None:
    for name, days in (("new", 1), ("old", OLDEST_DAYS + 1)):
        path = tmp_path / f"{name}.rows"
        path.touch()
        used_s = time.time() - 86400 * days
        os.utime(path, (used_s, used_s))
    finish(tmp_path, {})
    assert [path.name for path in tmp_path.iterdir()] == ["new.rows"]


def test_two_processes_that_read_the_same_count_once() -> None:
    one, two = Reuse("small", "dense", False, 5, 8), Reuse("small", "dense", False, 3, 16)
    assert one.merged(two) == two.merged(one) == Reuse("small", "dense", False, 5, 16)
    assert one.merged(None) == one


def test_predictions_under_another_secret_are_not_found(
    model: Model, clips: Clips, keeper: Callable[..., Keeper], counted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = run(model, clips, keeper().of_reference(model))
    files = {path.name for path in keeper().folder.glob("*.rows")}
    count(counted)
    monkeypatch.setenv("PYTEST_VIDCOMPRESS_CACHE_KEY", "of whoever restored the cache")
    known = keeper().of_reference(model)
    assert torch.equal(run(model, clips, known), whole)
    assert count(counted) == 8 + ANSWER
    # Nor are rows of theirs found under a name of ours.
    assert known is not None
    assert known._journal.path.name not in files
    known._journal.path.replace(known._journal.path.with_name(*files))
    monkeypatch.setenv("PYTEST_VIDCOMPRESS_CACHE_KEY", "of the tests")
    run(model, clips, keeper().of_reference(model))
    assert count(counted) == 8 + ANSWER
