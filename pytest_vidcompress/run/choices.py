"""What a run was asked for by name: models, recipes and runtimes. Nothing is loaded here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..artefacts.folder import read
from ..compress.artefact import folder_of
from ..compress.exits.cascade import parts_of
from ..compress.recipe import Recipe, parse
from ..compress.registry import IMMEDIATE
from ..errors import VidcompressError
from ..models.catalog import default_models
from ..models.load import check_name
from ..runtimes.device_support import refuse_runtime, refuse_unsupported
from ..runtimes.registry import find_runtime, usable_runtime
from ..runtimes.runtime import Runtime
from .options import Options
from .registries import Registries
from .variants_of_a_test import Named, pairs


class Choices:
    """The names that options and tests give, held to what there is."""

    def __init__(self, options: Options, registries: Registries) -> None:
        self.models = options.models or default_models(options.clips)
        """Names of the models in use."""
        self._options = options
        self._registries = registries

    @property
    def _asked(self) -> tuple[str, ...]:
        """Recipes and budgets that options name."""
        return (*self._options.variants, *self._options.targets)

    def check_names(self) -> None:
        """Refuses models, variants and runtimes that do not exist, or not on the device asked for, without loading
        anything."""
        for reason in self._registries.refused:
            raise VidcompressError(reason)
        for name in self.models:
            check_name(name, self._registries.models)
        for text in self._asked:
            recipe = self.recipe(text)
            for model, part in parts_of(recipe, ""):
                if model:
                    check_name(model, self._registries.models)
                folder = folder_of(part)
                if folder:
                    read(folder)
            executes = self.find(self.runtime(recipe))
            refuse_unsupported(recipe, self.runtime(recipe), executes, self._options.device)
        if self._options.grid:
            for text in self._options.grid.precisions:
                self.recipe(text)
            for name in self._options.grid.runtimes:
                self.find(name)
        if self._options.runtime:
            executes = usable_runtime(self._options.runtime, self._registries.runtimes)
            refuse_runtime(self._options.runtime, executes, self._options.device)

    def recipe(self, text: str) -> Recipe:
        """A recipe of techniques and a runtime that there are."""
        recipe = parse(text, self._registries.techniques)
        find_runtime(recipe.runtime, self._registries.runtimes)
        return recipe

    @property
    def runtime_names(self) -> tuple[str, ...]:
        """Those that there are, whether or not they can run here."""
        return tuple(self._registries.runtimes)

    def find(self, runtime: str) -> Runtime:
        """The runtime of this name; VidcompressError where there is none."""
        return find_runtime(runtime, self._registries.runtimes)

    def pairs(self, named: Sequence[Named]) -> list[tuple[str, str]]:
        """The models and recipes that a test with `vc_variant` runs over."""
        return pairs(named, self.models, self._asked, IMMEDIATE, self.recipe)

    def runtime(self, recipe: Recipe) -> str:
        """The name of what executes a recipe in this run."""
        return recipe.runtime_with(self._options.runtime)

    def missing(self, recipe: Recipe) -> str:
        """What to install before this recipe can run; empty where it can."""
        return find_runtime(self.runtime(recipe), self._registries.runtimes).missing

    def runtimes(self, recipes: Iterable[str]) -> list[str]:
        """Those that will execute something: plain modules and callables are torch's."""
        wanted = [recipe for recipe in map(self.recipe, recipes) if not self.missing(recipe)]
        return [*dict.fromkeys(["torch", *map(self.runtime, wanted)])]
