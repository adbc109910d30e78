"""A model as a recipe that learns makes it: of the repository, of the cache, or trained now and kept."""

from __future__ import annotations

import warnings
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Protocol

from ...artefacts.kept.cache_entry import CacheEntry
from ...artefacts.kept.committed import CommittedPlace
from ...artefacts.kept.learned_origin import LearnedOrigin, Origin
from ...artefacts.kept.learned_record import LearnedRecord, read_record
from ...artefacts.kept.stored_model import take
from ...artefacts.save import versions
from ...artefacts.starting_point import StartingPoint
from ...compress.recipe import Recipe
from ...errors import UntrainedError, VidcompressError
from ...models.model import Model
from ...present.variants.variant_notes import VariantNotes
from ..cache_folder import cache_folder
from ..options import Options
from ..registries import Registries
from ..shards.stores.open import begin, open_store
from ..shards.stores.store import Store
from .learning_facts import code_digest, complete_learning, learning_facts, shown_differences
from .shared_variant import SharedVariant
from .training_time import WAITING, training_time

if TYPE_CHECKING:
    from ...clips.loader import Clips
    from ...learn.lessons import Lessons
    from ...measure.accuracy.predict import Progress


class Material(Protocol):
    """What techniques calibrate on and learn from, by the name of a model; in a run of tests that is its `Inputs`."""

    def calibration(self, name: str) -> Clips: ...

    def lessons(self, name: str) -> Lessons: ...


@dataclass(frozen=True)
class _Wanted:
    """A learned model that is asked for."""

    start: StartingPoint
    name: str
    """Of the uncompressed model."""
    recipe: Recipe
    """That makes it of the uncompressed model, as far as it learns."""
    lessons: Lessons
    facts: dict[str, str]
    entry: CacheEntry | None
    """None: what it would be found by is not known."""
    shared: SharedVariant | None = None
    """In the store of a run that shares its work."""

    def __str__(self) -> str:
        return f"{self.recipe} of {self.name}"


@dataclass(frozen=True)
class Committed:
    """A learned variant in the folder of the repository."""

    place: CommittedPlace
    seconds: float
    """Of training."""
    is_new: bool
    """It was not there before."""


class LearnedModels:
    """Those of a run.

    Args:
        notes: of the run, which take where each came from.
        progress: called while one is trained.
    """

    def __init__(
        self,
        options: Options,
        registries: Registries,
        material: Material,
        notes: VariantNotes,
        progress: Progress | None = None,
    ) -> None:
        self._options = options
        self._techniques = registries.techniques
        self._material = material
        self._notes = notes
        self._progress = progress
        self._settled = set[str]()

    def model(self, start: StartingPoint, name: str) -> Model:
        """What the techniques of `start.recipe`, up to the last that learns, make of `start.model`.

        Raises:
            UntrainedError: it is not kept, and `--vc-learn=never`.
            VidcompressError: it cannot be trained.
        """
        wanted = self._wanted(start, name)
        if self._options.learn != "again":
            found = self._committed(wanted)
            if found is not None:
                return found
        if self._options.learn == "never":
            return self._kept(wanted) or self._refuse(wanted)
        return self._kept_or_trained(wanted)

    def commit(self, start: StartingPoint, name: str) -> Committed:
        """Puts it into the folder of the repository, unless it is there and may stay; kept before or trained now.

        Raises:
            VidcompressError: it cannot be trained, or the folder cannot be written.
        """
        wanted = self._wanted(start, name)
        place = self._place(wanted)
        there = read_record(place.found)
        if there is not None and not there.differences(wanted.facts) and self._options.learn != "again":
            return Committed(place, there.seconds, False)
        made = self._kept_or_trained(wanted)
        record = LearnedRecord(wanted.facts, versions(), made.curves)
        place.write(made, record)
        return Committed(place, record.seconds, True)

    def time_to_train(self, start: StartingPoint, name: str) -> str:
        """How long it is going to be trained, in words; empty where it is kept, or is not to be trained."""
        if self._options.learn == "never":
            return ""
        wanted = self._wanted(start, name)
        if self._options.learn == "missing":
            record = read_record(self._place(wanted).found)
            if record is not None and not record.differences(wanted.facts):
                return ""
            if wanted.entry is not None and wanted.entry.place.is_dir():
                return ""
            if wanted.shared is not None and wanted.shared.is_there:
                return ""
        return training_time(start.recipe.through_learning)

    def _wanted(self, start: StartingPoint, name: str) -> _Wanted:
        lessons, recipe = self._material.lessons(name), complete_learning(start)
        facts = learning_facts(start, lessons, self._material.calibration(name))
        code = code_digest(recipe, start.model.module, self._options.began)
        if code is None:
            return _Wanted(start, name, recipe, lessons, facts, None)
        folder = cache_folder(self._options.cache) / "variants"
        made_with = {**versions(), "code": code}
        entry = CacheEntry.of(folder, {**facts, **made_with})
        shared = SharedVariant.of(self._store, facts, made_with) if self._store else None
        return _Wanted(start, name, recipe, lessons, facts, entry, shared)

    @cached_property
    def _store(self) -> Store | None:
        """Where runs that share their work share what they learned."""
        if self._options.store is None:
            return None
        store = open_store(str(self._options.store))
        begin(store)
        return store

    def _place(self, wanted: _Wanted) -> CommittedPlace:
        return CommittedPlace(self._options.learned, wanted.name, wanted.recipe)

    def _committed(self, wanted: _Wanted) -> Model | None:
        """That of the repository, if what decided it is as it is here."""
        folder = self._place(wanted).found
        record = read_record(folder)
        if record is None:
            return None
        differing = record.differences(wanted.facts)
        if differing:
            warnings.warn(
                f"{folder} is not taken for {wanted}: it was made with another {shown_differences(differing)}",
                stacklevel=2,
            )
            return None
        others = record.other_versions(versions())
        self._note(wanted, Origin.REPOSITORY, record.seconds, others and f"made with {others}")
        return take(folder, wanted.start.model, self._techniques)

    def _kept(self, wanted: _Wanted) -> Model | None:
        """That of the store, or of the cache, if there is one."""
        if wanted.entry and wanted.shared and wanted.shared.digest not in self._settled:
            wanted.shared.settle(wanted.entry)
            # Of a run it is read once, for it may be large.
            self._settled.update([wanted.shared.digest] if wanted.entry.artefact.is_dir() else ())
        model = wanted.entry and wanted.entry.read(wanted.start.model, self._techniques)
        if model is not None:
            self._note(wanted, Origin.CACHE, sum(curve.seconds for curve in model.curves))
        return model

    def _refuse(self, wanted: _Wanted) -> Model:
        self._note(wanted, Origin.SKIPPED)
        raise UntrainedError(
            f"{wanted} is not trained: nothing like it is kept, and --vc-learn=never; --vc-learn=missing trains it,"
            f" for {training_time(wanted.start.recipe.through_learning)}"
        )

    def _kept_or_trained(self, wanted: _Wanted) -> Model:
        entry = wanted.entry
        if entry is None:
            return self._trained(wanted)
        with ExitStack() as stack:
            unwritable: VidcompressError | None = None
            try:
                stack.enter_context(entry.locked(str(wanted), self._waiting(wanted)))
            except VidcompressError as error:
                unwritable = error
            if wanted.shared:
                stack.enter_context(wanted.shared.claimed(self._waiting(wanted)))
            # What another process of this run has trained since it began is anew.
            if self._options.learn != "again" or self._is_new(entry, wanted.shared):
                model = self._kept(wanted)
                if model is not None:
                    return model
            if unwritable:
                _warn_unkept(wanted, unwritable)
                wanted = replace(wanted, entry=None)
            return self._trained(wanted)

    def _is_new(self, entry: CacheEntry, shared: SharedVariant | None) -> bool:
        """Was it made since this run began?"""
        began = self._options.began
        return entry.made_since(began) or (shared is not None and shared.made_since(began))

    def _trained(self, wanted: _Wanted) -> Model:
        """Trains it; what is measured is what was kept, so that a later run measures the same."""
        start, entry = wanted.start, wanted.entry
        if self._progress:
            said = training_time(start.recipe.through_learning)
            self._progress(f"training {wanted}, {said}", 0, 0)
        if entry and self._options.learn == "again":
            # What this run itself has begun, in a process that was killed, may go on.
            entry.forget_checkpoints(self._options.began)
        lessons = replace(
            wanted.lessons, folder=entry.checkpoints if entry else None, progress=self._progress
        )
        calibration = self._material.calibration(wanted.name)
        model = start.recipe.through_learning.apply(start.model, calibration, lessons)
        record = LearnedRecord(wanted.facts, versions(), model.curves)
        self._note(wanted, Origin.TRAINED, record.seconds)
        if entry is None:
            return model
        try:
            entry.write(model, wanted.recipe, record)
        except VidcompressError as error:
            _warn_unkept(wanted, error)
            return model
        if wanted.shared:
            (wanted.shared.replace if self._options.learn == "again" else wanted.shared.settle)(entry)
        return entry.read(start.model, self._techniques) or model

    def _waiting(self, wanted: _Wanted) -> partial[None] | None:
        return partial(self._progress, f"{WAITING} {wanted}", 0, 0) if self._progress else None

    def _note(self, wanted: _Wanted, origin: Origin, seconds: float = 0.0, remark: str = "") -> None:
        known = self._notes.learned.get(str(wanted))
        # Of what was trained in this run, the next test finds it in the cache.
        if known is None or known.origin is not Origin.TRAINED:
            noted = LearnedOrigin(wanted.name, wanted.recipe.text, origin, seconds, remark)
            self._notes.learned[str(wanted)] = noted


def _warn_unkept(wanted: _Wanted, error: VidcompressError) -> None:
    warnings.warn(f"{wanted} is not kept for the next run: {error}", stacklevel=2)
