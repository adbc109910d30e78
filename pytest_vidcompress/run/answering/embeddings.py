"""Embeddings of the clips by reference models and by what tests measure: computed, kept and shared as logits are."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ...errors import VidcompressError

if TYPE_CHECKING:
    from types import ModuleType

    from ...measure.accuracy.predict import Progress
    from ...measure.measurement import Reference
    from ...measure.resume.predictions import Predictions
    from ...measure.search.rankings import Matrix
    from ...measure.search.search import Search
    from ...measure.subject import Subject
    from ...models.model import Model
    from ...runtimes.runtime import Executable
    from ..references import References
    from ..registries import Registries


@dataclass
class Embeddings:
    """Of a run."""

    references: References
    registries: Registries
    progress: Progress | None = None
    _of_models: dict[str, Matrix] = field(default_factory=dict[str, "Matrix"])
    _searches: dict[str, Search] = field(default_factory=dict[str, "Search"])

    def of_reference(self, reference: Reference) -> Matrix:
        """Of the uncompressed model, once: `(N, D)`, of length one."""
        name = reference.model.name
        if name not in self._of_models:
            self._of_models[name] = self._vectors(self._embeds(reference.model), reference, "reference")
        return self._of_models[name]

    def search_of_reference(self, reference: Reference) -> Search:
        """What these find among themselves, once."""
        from ...measure.search.searched import searched

        name = reference.model.name
        if name not in self._searches:
            base = self.of_reference(reference)
            self._searches[name] = searched(base, base, reference.targets)
        return self._searches[name]

    def of_subject(
        self, subject: Subject, reference: Reference, name: str, place: str, module: ModuleType | None
    ) -> Matrix:
        """Of what a test measures, on the clips that its reference was measured on.

        Args:
            name: its key in the baseline.
            place: which of all measurements this is, the same in every run.
            module: the file of the test.

        Raises:
            VidcompressError: it shows no layer that an embedding could be taken before.
        """
        if subject.stored is None:
            raise VidcompressError(
                f"{name!r} has no embedding: search=True takes a variant or a module, which shows the layer that"
                " makes its logits; a callable and files of a runtime's own do not"
            )
        model = replace(reference.model, module=subject.stored)
        embeds = self._embeds(model, subject.runtime, subject.recipe)
        return self._vectors(embeds, reference, name, place, module)

    def _embeds(self, model: Model, runtime: str = "torch", recipe: str = "") -> _Embeds:
        from .embedder import prepared_embedding

        embeds, run, width = prepared_embedding(model, runtime, self.registries)
        # A number of a vector has no name but its place; of the views of a clip the mean is taken.
        profile, places = replace(embeds.profile, merge="logits"), tuple(map(str, range(width)))
        return _Embeds(run, replace(embeds, profile=profile, labels=places), runtime, recipe)

    def _vectors(
        self,
        embeds: _Embeds,
        reference: Reference,
        name: str,
        place: str = "",
        module: ModuleType | None = None,
    ) -> Matrix:
        from ...measure.accuracy.predict import predict
        from ...measure.accuracy.threads import threads_to_answer
        from ...measure.search.searched import unit_vectors
        from ..shards.measurement import Measured

        references, model, run = self.references, embeds.model, embeds.run
        clips = reference.clips.merging(model.profile.merge)
        measured = Measured(run, model, name, place, embeds.runtime, embeds.recipe, model.module)
        over_clips = references.elsewhere(measured, module) if references.shared else None
        kept = None if over_clips else self._kept(embeds, name, place)
        with threads_to_answer(run, reference.report.cost.macs):
            rows, _ = (over_clips or predict)(
                run, clips, len(model.labels), self._told(name), None, kept and kept.remembering
            )
        return unit_vectors(rows)

    def _kept(self, embeds: _Embeds, name: str, place: str) -> Predictions | None:
        """What an earlier run computed that did not end."""
        keeper = self.references.keeper
        if not place:
            return keeper.of_reference(embeds.model, "reference, embedded")
        return keeper.of_variant(embeds.run, embeds.model, f"{name}, embedded", f"{place} embedding")

    def _told(self, name: str) -> Progress | None:
        tell = self.progress
        return tell and (lambda what, done, total: tell(f"embeddings of {name}, {what}", done, total))


@dataclass(frozen=True)
class _Embeds:
    """What executes, and the model whose answers are embeddings."""

    run: Executable
    model: Model
    runtime: str
    recipe: str
