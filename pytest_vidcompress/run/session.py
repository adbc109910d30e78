"""What a run loads once and shares between tests: clips, models, references, baselines, results."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ..clips.clip import Clip, ClipSet
from ..clips.clip_set import resolve
from ..clips.faults import too_many
from ..clips.labels import match
from ..clips.pocket.packaged import NAME as POCKET
from ..clips.sample import sample
from ..compress.recipe import Recipe, parse
from ..compress.registry import TECHNIQUES
from ..errors import SpoiledRunError, VidcompressError
from ..gate.baseline.files import writable
from ..gate.baseline.store import Store
from ..gate.budget import Margins
from ..gate.latency.error_budget import ErrorBudget
from ..models.catalog import DEFAULT_MODELS
from ..models.load import check_name, load
from ..models.model import Model
from ..other_commit.git import find_commit
from ..present.html.page import write_page
from ..runtimes.registry import find_runtime, usable_runtime
from .ledger import Ledger
from .options import Options
from .options.arguments import of_another_commit
from .refuse_other_clips import check_comparable
from .registries import Registries
from .variants_of_a_test import Named, pairs

if TYPE_CHECKING:
    from ..artefacts.variant import Variant
    from ..clips.crops.disk_cache import Shelf
    from ..clips.loader import Clips
    from ..measure.accuracy.predict import Progress
    from ..measure.machine import Machine
    from ..measure.measurement import Reference
    from ..measure.profile.profiler import Profiler
    from ..measure.resume.predictions import Keeper
    from ..other_commit.build import OtherBuild
    from .confirmer import Confirmer


class Session:
    """The run's inputs, each loaded when first asked for, and the results in the order of measuring."""

    def __init__(self, options: Options, registries: Registries, progress: Progress | None = None) -> None:
        self.options = options
        self.models = options.models or DEFAULT_MODELS
        self.registries = registries
        self.progress = progress
        self.ledger = Ledger()
        self._models: dict[str, Model] = {}
        self._clips: dict[str, Clips] = {}
        self._references: dict[str, Reference] = {}
        self._stores: dict[tuple[str, str], Store] = {}

    def recipe(self, text: str) -> Recipe:
        recipe = parse(text, self.registries.techniques)
        find_runtime(recipe.runtime, self.registries.runtimes)
        return recipe

    def pairs(self, named: Sequence[Named]) -> list[tuple[str, str]]:
        """The models and recipes that a test with `vc_variant` runs over."""
        return pairs(named, self.models, self.options.variants, tuple(TECHNIQUES), self.recipe)

    def check_names(self) -> None:
        """Refuses models, variants and runtimes that do not exist, without loading anything."""
        for reason in self.registries.refused:
            raise VidcompressError(reason)
        for name in self.models:
            check_name(name, self.registries.models)
        for text in self.options.variants:
            self.recipe(text)
        chosen = self.options.runtime
        if chosen:
            usable_runtime(chosen, self.registries.runtimes)

    def check_against(self) -> None:
        """Refuses a commit that does not exist."""
        if self.options.against:
            find_commit(self.options.against, self.options.root)

    def prepare(
        self, models: Collection[str], held: Collection[str] = (), recipes: Collection[str] = ()
    ) -> None:
        """Loads what tests of these models will need, so that what cannot be is refused before any runs.

        Args:
            held: those of them that are held to a baseline.
            recipes: of the variants.
        """
        self.check_against()
        self.check_names()
        if not models:
            raise VidcompressError(
                "nothing to measure: no selected test uses vc_measure with the models and variants asked for"
            )
        if self.options.mode != "check":
            writable(self.options.baselines)
        for file in self.options.reports:
            write_page(file, [])
        _ = self.sample
        for name in models:
            self.model(name)
            for runtime in self._runtimes(recipes):
                _ = self.store(name, runtime).entries, self.store(name, runtime).timings
            if name in held and self.options.mode == "check" and not self.options.export:
                check_comparable(self.store(name), self.sample, self.model(name).profile.protocol)

    @cached_property
    def clip_set(self) -> ClipSet:
        return resolve(self.options.clips, self.registries.clip_sets)

    @cached_property
    def sample(self) -> tuple[Clip, ...]:
        default = None if self.options.clips in ("pocket", *self.registries.clip_sets) else 1000
        return sample(self.clip_set.clips, self.options.sample, self.options.seed, default)

    @property
    def about(self) -> str:
        """The clips of this run in a line; empty for the packaged ones."""
        if self.options.clips == POCKET:
            return ""
        protocols = {
            self._told(result.report.model, result.report.identity.protocol) for result in self.ledger.results
        }
        looked = "; ".join(sorted(protocols - {""}))
        line = f"clips: {self.clip_set.describe()}, sample of {len(self.sample):,}, seed {self.options.seed}"
        return f"{line}, {looked}" if looked else line

    def _told(self, model: str, protocol: str) -> str:
        """A protocol, and beside it the published one where that is another and known here."""
        profile = self._models[model].profile if model in self._models else None
        if profile is None or profile.views == profile.published:
            return protocol
        return f"{protocol} (published: {profile.published})"

    def machine(self, runtime: str = "torch") -> Machine:
        """The class of this machine for what a runtime executes."""
        from ..measure.machine import machine

        self._set_threads()
        known = self.registries.runtimes.get(runtime)
        return machine(known.version() if known else runtime)

    def runtime(self, recipe: Recipe) -> str:
        """What executes a recipe in this run."""
        return recipe.runtime_with(self.options.runtime)

    def lacks(self, recipe: Recipe) -> str:
        """What to install before this recipe can run; empty where it can."""
        return find_runtime(self.runtime(recipe), self.registries.runtimes).missing

    def _runtimes(self, recipes: Iterable[str]) -> list[str]:
        """Those that this run will use: plain modules and callables are torch's."""
        wanted = [recipe for recipe in map(self.recipe, recipes) if not self.lacks(recipe)]
        return [*dict.fromkeys(["torch", *map(self.runtime, wanted)])]

    @cached_property
    def family(self) -> ErrorBudget:
        """The latency checks of this run."""
        return ErrorBudget(len(self.ledger.planned), Margins(latency=self.options.latency_margin))

    @cached_property
    def confirmer(self) -> Confirmer:
        """The fresh processes of this run; whoever asks for it is going to use them."""
        from .confirmer import Confirmer

        return Confirmer(self.options.confirm_s, tuple(sys.path), self.progress)

    @cached_property
    def profiler(self) -> Profiler:
        """What looks at where time goes; the peak only where somebody will read of it."""
        from ..measure.profile.profiler import Profiler

        return Profiler(self.options.profile, self.options.profile or bool(self.options.reports))

    @cached_property
    def other_build(self) -> OtherBuild | None:
        """What `--vc-against` names, of use to a check; ask for it when all tests are collected."""
        options = self.options
        if not options.against or options.mode != "check":
            return None
        from ..other_commit.build import OtherBuild, Wanted

        wanted = Wanted(
            root=options.root,
            folder=options.folder,
            arguments=of_another_commit(options, self.models, {POCKET, *self.registries.clip_sets}),
            nodeids=tuple(sorted(self.ledger.planned)),
            needs=tuple(map(Path, self.models)),
        )
        return OtherBuild(find_commit(options.against, options.root), wanted, self.progress)

    @property
    def against(self) -> str:
        """The name of `other_build`; empty without."""
        return self.other_build.name if self.other_build else ""

    def close(self) -> None:
        """Ends what runs beside this process."""
        if "confirmer" in self.__dict__:
            self.confirmer.close()
        build = self.__dict__.get("other_build")
        if build is not None:
            build.close()

    def model(self, name: str) -> Model:
        """The reference model, shared: copy it before changing it."""
        if name not in self._models:
            self._set_threads()
            model = load(
                name, self.clip_set.labels, self.clip_set.name, self.options.weights, self.registries.models
            )
            self._models[name] = model.shown(self.options.views)
        return self._models[name]

    def _set_threads(self) -> None:
        import torch

        if self.options.threads:
            torch.set_num_threads(self.options.threads)

    @cached_property
    def shelf(self) -> Shelf | None:
        """Where decoded clips are kept; None for nowhere."""
        from ..clips.crops.disk_cache import Shelf

        if not self.options.cache_size:
            return None
        shelf = Shelf(self.options.cache or _user_cache(), self.options.cache_size)
        shelf.trim()
        return shelf

    def clips(self, name: str) -> Clips:
        """The sampled clips as the model `name` wants its pixels."""
        if name not in self._clips:
            self._clips[name] = self._prepared(name, self.sample, self.options.max_skipped)
        return self._clips[name]

    def _prepared(self, name: str, clips: Sequence[Clip], most_skipped: float = 1.0) -> Clips:
        from ..clips.loader import Clips, Decoding

        model, labels = self.model(name), self.clip_set.labels
        ids = match(labels, model.labels, model_name=name, clip_set_name=self.clip_set.name)
        decoding = Decoding(self.shelf, self.progress, most_skipped)
        return Clips(clips, labels, ids, model.profile, decoding)

    def calibration(self, name: str) -> Clips:
        """Clips outside the sample, as the model `name` wants its pixels."""
        from ..clips.sample import calibration

        options = self.options
        return self._prepared(
            name, calibration(self.clip_set, self.sample, options.calibration, options.seed)
        )

    def reference(self, name: str) -> Reference:
        """The model `name` measured on the clips, once."""
        if name not in self._references:
            from ..measure.measurement import measure_reference

            try:
                model = self.model(name)
                predictions, clips = self.keeper.of_reference(model), self.clips(name)
                measured = measure_reference(
                    model, clips, self.progress, predictions and predictions.remembering
                )
            except VidcompressError:
                # Where too many clips cannot be used, that is the better reason.
                self._check_skipped(name)
                raise
            self._check_skipped(name)
            self._references[name] = measured
        return self._references[name]

    def _check_skipped(self, name: str) -> None:
        skipped = self.clips(name).skipped
        self.ledger.skipped.update({each.clip.id: each for each in skipped})
        refused = too_many(skipped, len(self.sample), self.options.max_skipped)
        if refused:
            raise SpoiledRunError(refused)

    @cached_property
    def keeper(self) -> Keeper:
        """The predictions of this run and of earlier ones."""
        from ..measure.resume.predictions import Keeper

        options = self.options
        return Keeper(self._predictions, options.resume, options.began, self.machine(), self.ledger.kept)

    def finish(self) -> None:
        """Drops what only the next run would want if this one had not ended by itself."""
        from ..measure.resume.kept import finish

        finish(self._predictions, self.ledger.kept)

    @property
    def _predictions(self) -> Path:
        return (self.options.cache or _user_cache()) / "predictions"

    def variant(self, recipe: Recipe, model: str) -> Variant:
        """`recipe` applied to a copy of the model, ready to run."""
        from ..artefacts.variant import build

        return build(
            recipe, self.model(model), self.calibration(model), self.registries.runtimes, self.options.runtime
        )

    def store(self, name: str, runtime: str = "torch") -> Store:
        """What is stored for the model `name` on these clips and the machine class of a runtime."""
        if (name, runtime) not in self._stores:
            machine = self.machine(runtime)
            self._stores[name, runtime] = Store(
                self.options.baselines,
                self.clip_set.name,
                name,
                self.options.weights,
                machine.slug,
                machine.facts(),
                runtime,
            )
        return self._stores[name, runtime]


def _user_cache() -> Path:
    given = os.environ.get("PYTEST_VIDCOMPRESS_CACHE")
    if given:
        return Path(given)
    from platformdirs import user_cache_path

    return user_cache_path("pytest-vidcompress")
