"""The budgets of a run: what meets each is looked for once, and noted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ...artefacts.variant import Variant
from ...compress.recipe import Recipe
from ...errors import VidcompressError
from ...measure.measurement import first_clip
from ...measure.sensitivity.sensitivity import Sensitivity
from ...present.variants.variant_notes import FoundRecipe, VariantNotes
from ..cache_folder import cache_folder
from ..inputs import Inputs
from ..options import Options
from .budget_search import BudgetSearch
from .cached_sensitivity import cached_sensitivity
from .comparison_clips import comparison_clips
from .trials import Workbench

if TYPE_CHECKING:
    from ...measure.accuracy.predict import Progress


class Targets:
    """Of a run.

    Args:
        build: builds a variant of a recipe and the name of a model.
        notes: of the run, which take what is found.
    """

    def __init__(
        self,
        options: Options,
        inputs: Inputs,
        build: Callable[[Recipe, str], Variant],
        notes: VariantNotes,
        progress: Progress | None = None,
    ) -> None:
        self._options = options
        self._inputs = inputs
        self._build = build
        self._notes = notes
        self._progress = progress
        self._measured: dict[str, Sensitivity] = {}
        self._unmet: dict[str, VidcompressError] = {}
        """By budget and model."""

    def sensitivity(self, model: str) -> Sensitivity:
        """Of a model, from the cache or measured now."""
        if model not in self._measured:
            folder = cache_folder(self._options.cache) / "sensitivity"
            # Calibration clips go where techniques work; this is timed where the run is.
            clips = self._inputs.only(model, self._inputs.calibration(model).sample)
            self._measured[model] = cached_sensitivity(
                self._inputs.model(model),
                clips,
                folder,
                self._options.began,
                self._progress,
            )
        return self._measured[model]

    def resolved(self, wanted: Recipe, model: str) -> Recipe:
        """The recipe that meets the budget which `wanted` begins with.

        Raises:
            VidcompressError: none does; says what could not be tried.
        """
        key = f"{wanted} of {model}"
        if key in self._unmet:
            raise _alike(self._unmet[key])
        if key not in self._notes.targets:
            try:
                self._notes.targets[key] = self._find(wanted, model)
            except VidcompressError as error:
                self._unmet[key] = _alike(error)
                raise
        return self._inputs.choices.recipe(self._notes.targets[key].recipe)

    def _find(self, wanted: Recipe, model: str) -> FoundRecipe:
        bench = Workbench(
            self._inputs.model(model),
            first_clip(self._inputs.calibration(model)).to(self._inputs.device),
            comparison_clips(self._inputs, model, self._options.calibration, self._options.seed),
            self._inputs.choices.recipe,
            lambda recipe: self._build(recipe, model),
            self._progress,
        )
        return BudgetSearch(wanted, bench).found(lambda: self.sensitivity(model))


def _alike(error: VidcompressError) -> VidcompressError:
    """Without its traceback, which holds variants."""
    return type(error)(*error.args)
