"""Predictions kept on disk, view by view, so that a run that was killed goes on where it was.

    keeper = Keeper(folder, resume=True, began=..., machine=...)
    known = keeper.of_variant(module, model, "int8-dynamic", "test_it.py::test_it 1")    None: not to be kept
    predict(module, clips, labels, remember=known and known.remembering)
    finish(folder, keeper.reuse)

A prediction is found by the pixels that it is of, in a journal of everything else that decides its bits: the
`fingerprint` of the module, this package's source, versions, machine, device, threads, settings of torch, and
what the module answers to one clip of noise; all of it sealed under the secret of the cache, so that nobody writes
one who does not know that. That answer is computed anew in every run, one view more than the clips: what
no fingerprint sees, such as a function that a test replaced, or a switch in the environment, shows there.

A stale prediction could make a broken compression look whole. So those of variants serve only to resume: each
belongs to one measurement of one test and to the user's code as it was loaded, none is read twice in a run, and
they are gone when a run ends by itself. Those of the reference stay, and every process of xdist shares them.
"""

from __future__ import annotations

import hashlib
import json
import os
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import torch

from ...clips.crops.seal import sealed
from ...models.adapter import evaluating, example_pixels
from ...models.model import Model
from ..accuracy.predict import OfView, logits_of
from ..machine import Machine
from .fingerprint import fingerprint
from .journal import RUN, Journal
from .reuse import Reuse
from .source_files import loaded_source, own_source, versions
from .torch_settings import settings

FORMAT = 1
"""Raise it when a record means something else than before."""


class Predictions:
    """What is known of one module's predictions."""

    def __init__(self, journal: Journal, run: bytes, resume: bool, reuse: Reuse) -> None:
        self._journal = journal
        self._run = run
        self._resume = resume
        self._reuse = reuse
        self._is_open = False
        self._is_broken = False

    def remembering(self, of_view: OfView) -> OfView:
        """As `of_view`, but computes only what is not known, and keeps it.

        While one process computes a view, others that want the same module's wait, and then read it.
        """
        return lambda view: self._row(view, of_view)

    def _row(self, view: torch.Tensor, of_view: OfView) -> torch.Tensor:
        self._reuse.lookups += 1
        name = _name(view)
        row: torch.Tensor | None = None
        try:
            if not self._is_broken:
                with self._journal.locked():
                    self._open()
                    found = self._journal.rows.get(name)
                    if found is not None:
                        known = torch.frombuffer(bytearray(found[1]), dtype=torch.float32).view(1, -1)
                        if found[0] != self._run:
                            self._reuse.hits += 1
                        return known
                    row = of_view(view)
                    self._journal.append(name, self._run, row.contiguous().numpy().tobytes())
        except OSError as error:
            # What was computed counts whether it can be kept or not; an error of the model itself stands.
            self._is_broken = True
            _warn_unwritable(self._journal.path.parent, error.strerror or str(error))
        return of_view(view) if row is None else row

    def _open(self) -> None:
        self._journal.refresh()
        if self._is_open:
            return
        self._is_open = True
        if not self._resume:
            self._journal.forget_all_but(self._run)
        with suppress(OSError):
            os.utime(self._journal.path)  # used now


@dataclass
class Keeper:
    """The predictions of a run."""

    folder: Path
    resume: bool
    """False: none of earlier runs are read."""
    began: float
    """When this process began to load code, seconds since the epoch."""
    machine: Machine
    reuse: dict[str, Reuse] = field(default_factory=dict[str, Reuse])
    """By journal; of all measurements so far."""
    _run: bytes = field(default_factory=lambda: _run())

    def of_reference(self, model: Model, name: str = "reference") -> Predictions | None:
        """Those of an uncompressed model; None where they cannot be kept.

        Args:
            name: of what it predicts, for people.
        """
        return self._open(model.module, model, Reuse(name, model.name, True), {})

    def of_variant(
        self, run: Callable[[torch.Tensor], Any], model: Model, name: str, test: str
    ) -> Predictions | None:
        """Those of one measurement; None where they cannot be kept.

        Args:
            run: maps pixels to logits.
            test: which of all measurements this is, the same in the next run.
        """
        loaded = loaded_source(self.began)
        if loaded is None:
            return None
        return self._open(run, model, Reuse(name, model.name, False), {"test": test, "loaded": loaded})

    def _open(
        self, run: Callable[[torch.Tensor], Any], model: Model, reuse: Reuse, more: Mapping[str, str]
    ) -> Predictions | None:
        module, source = fingerprint(run, self.began), own_source(self.began)
        if module is None or source is None:
            return None
        answer = answer_to_noise(run, model)
        if answer is None:
            return None
        facts = {
            "format": FORMAT,
            "module": module,
            "source": source,
            "labels": len(model.labels),
            "machine": self.machine.facts(),
            "versions": versions(),
            "settings": settings(model.device.type),
            "answer": answer,
            **more,
        }
        key = sealed(json.dumps(facts, sort_keys=True).encode())
        # Nobody learns the key by the name.
        name = f"{hashlib.sha256(key).hexdigest()[:40]}.rows"
        # The same measurement again in the same run, by whatever repeats tests, is computed again.
        if name in self.reuse and not reuse.lasting:
            return None
        self.reuse[name] = reuse
        journal = Journal(self.folder / name, key, 4 * len(model.labels))
        return Predictions(journal, self._run, self.resume, reuse)


def answer_to_noise(run: Callable[[torch.Tensor], Any], model: Model) -> str | None:
    """What a module says to noise; None of one that does not take a clip or gives something else."""
    return answer_to(run, example_pixels(model.profile, seed=0).to(model.device), len(model.labels))


def answer_to(run: Callable[[torch.Tensor], Any], pixels: torch.Tensor, labels: int) -> str | None:
    """Its logits of one view, float32 hexadecimal; None where it does not give so many."""
    try:
        with evaluating(run), torch.inference_mode():
            row = logits_of(run, pixels).detach().float().cpu()
    except Exception:  # measuring will say what is wrong with it
        return None
    return row.contiguous().numpy().tobytes().hex() if row.shape == (1, labels) else None


def _name(view: torch.Tensor) -> bytes:
    whole = hashlib.sha256(f"{view.dtype} {tuple(view.shape)} ".encode())
    whole.update(view.cpu().contiguous().view(-1).view(torch.uint8).numpy().data)
    return whole.digest()


def _run() -> bytes:
    """What all processes of one run share, and no other run."""
    together = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    return hashlib.sha256(together.encode()).digest()[:RUN] if together else os.urandom(RUN)


@cache
def _warn_unwritable(folder: Path, reason: str) -> None:
    warnings.warn(
        f"predictions are not kept, {folder} cannot be written ({reason}): see --vc-cache", stacklevel=2
    )
