"""The processes that cold starts are forked from, one a runtime, and the folder of what is started."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from ..artefacts.variant import Variant
from ..compress.recipe import parse
from ..compress.registry import TECHNIQUES
from ..compress.technique import Technique
from ..measure.latency.blocks import BASE, VARIANT
from ..measure.latency.failure import Cause, FreshProcessError
from ..measure.latency.fresh_process import ForkServer
from ..measure.latency.machine_lock import machine_to_ourselves
from ..measure.start.alternation import SERVER, Stop, failed, start_in_turns
from ..measure.start.cold_start import Start
from ..measure.start.package import Package, pack, package
from ..measure.subject import Subject
from ..models.device import refusal_to_fork
from ..runtimes.registry import RUNTIMES
from ..runtimes.runtime import Runtime
from ..runtimes.torch_eager import TORCH
from .sent_modules import sent_modules

if TYPE_CHECKING:
    import torch

    from ..measure.accuracy.predict import Progress
    from ..models.model import Model


@dataclass(frozen=True)
class StartTrial:
    """What is started, beside what, and how often."""

    subject: Subject
    model: Model
    """The uncompressed one."""
    pixels: torch.Tensor
    """Of the first call, `(1, T, C, H, W)`."""
    pairs: int
    """At most."""
    module: ModuleType | None = None
    """Of the test, which other processes may not be able to import."""


@dataclass
class Starter:
    """Starts variants and their references in turns."""

    paths: tuple[str, ...]
    """What the processes can import from."""
    techniques: Mapping[str, Technique]
    runtimes: Mapping[str, Runtime]
    """Of these two, those that come with this package are known there."""
    progress: Progress | None = None
    _servers: dict[str, ForkServer] = field(default_factory=dict[str, ForkServer])
    """By runtime."""
    _references: dict[tuple[str, bool], Package] = field(default_factory=dict[tuple[str, bool], Package])
    """By model, and whether as an artefact."""
    _folder: Path | None = None

    def start(self, trial: StartTrial, stop: Stop) -> Start:
        """Cold starts of a variant and its reference; or why there are none.

        Args:
            stop: ends them before all pairs are there.
        """
        reason = refusal_to_fork(trial.pixels.device)
        if reason:
            return Start(absent=reason)
        own = self._folder_of("variant")
        try:
            by_value = sent_modules(trial.module)
            variant = package(trial.subject, own, by_value)
            arms = {VARIANT: variant, BASE: self._reference(trial.model, by_value, bool(variant.folder))}
            given = own / "given"
            given.parent.mkdir(parents=True, exist_ok=True)
            techniques = {
                name: each for name, each in self.techniques.items() if TECHNIQUES.get(name) is not each
            }
            runtimes = {name: each for name, each in self.runtimes.items() if RUNTIMES.get(name) is not each}
            pack(given, trial.pixels, techniques, runtimes, by_value)
            server = self._server(trial.subject.runtime)
            with machine_to_ourselves(self.progress):
                server.ask({"given": str(given)})
                return start_in_turns(server, arms, trial.pairs, stop, self.progress)
        except FreshProcessError as error:
            unsendable = error.failure.cause is Cause.UNSENDABLE
            sent = f"it cannot be sent to another process ({error.failure.text})"
            return Start(absent=sent) if unsendable else failed(error.failure)
        finally:
            shutil.rmtree(own, ignore_errors=True)

    def close(self) -> None:
        """Ends the processes, and removes what they started."""
        for server in self._servers.values():
            server.close()
        self._servers.clear()
        self._references.clear()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _reference(self, model: Model, by_value: tuple[ModuleType, ...], as_artefact: bool) -> Package:
        """The uncompressed model as it would be shipped in the variant's way, written once."""
        key = model.name, as_artefact
        if key not in self._references:
            variant = Variant(parse("fp32", TECHNIQUES), model, model.module, "torch", TORCH)
            folder = self._folder_of(f"reference-{len(self._references)}")
            self._references[key] = package(Subject.of(variant), folder, by_value, as_artefact)
        return self._references[key]

    def _server(self, runtime: str) -> ForkServer:
        """What has imported one runtime does not burden the starts of another."""
        if runtime not in self._servers or self._servers[runtime].ended:
            self._servers[runtime] = ForkServer(paths=self.paths, module=SERVER)
        return self._servers[runtime]

    def _folder_of(self, name: str) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="vidcompress-"))
        return self._folder / name
