"""Recipes: an ordered list of techniques, and its canonical text form.

name:param=value,param=value + name ...      applied left to right
name ... @runtime                            executed there instead of where the techniques prefer
name:param=(name + name ...)                 a recipe as the value of a parameter
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from ..errors import VidcompressError
from .nesting import split_outside
from .parameters import Nested, format_parameters, parse_parameters
from .technique import Technique

if TYPE_CHECKING:
    from ..clips.loader import Clips
    from ..learn.lessons import Lessons
    from ..models.model import Model

_RUNTIME = re.compile(r"(?P<steps>.*)@\s*(?P<runtime>[\w.-]+)\s*", re.DOTALL)


@dataclass(frozen=True)
class Step:
    """One technique of a recipe with its parameters."""

    name: str
    technique: Technique
    parameters: Any

    def __str__(self) -> str:
        text = format_parameters(self.parameters)
        return f"{self.name}:{text}" if text else self.name

    def apply(self, model: Model, clips: Clips, lessons: Lessons | None) -> Model:
        """Changes `model`, or trains it; a technique that learns is given lessons."""
        technique = self.technique
        if technique.learn is None or lessons is None:
            return technique.apply(model, self.parameters, clips)
        return technique.learn(model, self.parameters, clips, lessons)


@dataclass(frozen=True)
class Recipe(Nested):
    """What to do to a model. `str(recipe)` is its canonical text: parameters at their default are left out, and so is
    the runtime that the techniques prefer."""

    steps: tuple[Step, ...]
    other_runtime: str = ""
    """Another runtime than the techniques prefer; empty: theirs."""

    def __str__(self) -> str:
        return self.text + (f"@{self.other_runtime}" if self.other_runtime else "")

    @property
    def text(self) -> str:
        """The canonical text of the techniques, wherever they run."""
        return "+".join(str(step) for step in self.steps)

    @property
    def all_steps(self) -> Iterator[Step]:
        """Its steps, and those of recipes that are values of their parameters."""
        for step in self.steps:
            yield step
            for field in fields(step.parameters):
                value = getattr(step.parameters, field.name)
                if isinstance(value, Recipe):
                    yield from value.all_steps

    @property
    def runtime(self) -> str:
        """Where it runs unless an option of the run says otherwise."""
        return self.runtime_with("")

    @property
    def preferred_runtime(self) -> str:
        """As the last technique that has a preference says."""
        preferred = [step.technique.runtime for step in self.steps if step.technique.runtime != "torch"]
        return preferred[-1] if preferred else "torch"

    @property
    def through_learning(self) -> Recipe:
        """Its techniques up to the last that learns, wherever they run: what is worth keeping."""
        last = max((place for place, step in enumerate(self.steps, 1) if step.technique.learns), default=0)
        return Recipe(self.steps[:last])

    @property
    def after_learning(self) -> Recipe:
        """The others."""
        return replace(self, steps=self.steps[len(self.through_learning.steps) :])

    def runtime_with(self, option: str) -> str:
        """Where it runs in a run whose option is `option`, empty for none: what a recipe names itself stays."""
        return self.other_runtime or option or self.preferred_runtime

    def on(self, runtime: str) -> Recipe:
        """The same recipe in this runtime; empty: where the techniques prefer."""
        return replace(self, other_runtime="" if runtime == self.preferred_runtime else runtime)

    @property
    def learns(self) -> bool:
        """Does one of its techniques train?"""
        return any(step.technique.learns for step in self.steps)

    def apply(self, model: Model, clips: Clips, lessons: Lessons | None = None) -> Model:
        """Applies the techniques in order to a copy of `model`, on the device where it is; `clips`, whose pixels are
        there too, calibrate those that need data.

        Args:
            lessons: what those that learn learn from, on that device too; a recipe that does not learn needs none.

        Raises:
            VidcompressError: it learns, and there are no lessons.
        """
        if self.learns and lessons is None:
            learners = ", ".join(dict.fromkeys(step.name for step in self.steps if step.technique.learns))
            raise VidcompressError(
                f"recipe {self.text!r} learns ({learners}), and there is nothing to learn from here: give"
                " Recipe.apply lessons="
            )
        model, device = model.copy(), model.device
        for number, step in enumerate(self.steps, 1):
            part = lessons and lessons.of(Recipe(self.steps[:number]).text)
            # What a technique makes anew lies where it made it.
            model = step.apply(model, clips, part).on(device)
        return model


def parse(text: str, techniques: Mapping[str, Technique]) -> Recipe:
    """Reads a recipe; a runtime at its end, as tables print it, is not looked up.

    Raises:
        VidcompressError: a technique or parameter that does not exist, a value out of range, or an order
            that makes no sense.
    """
    asked = _RUNTIME.fullmatch(text)
    parts = _split(asked["steps"] if asked else text, "+", text)
    recipe = Recipe(tuple(_step(part.strip(), text, techniques) for part in parts))
    _check_order(recipe, text, techniques)
    return recipe.on(asked["runtime"] if asked else "")


def _check_order(recipe: Recipe, text: str, techniques: Mapping[str, Technique]) -> None:
    # Of all that must come last the nearest is named.
    pairs = ((step, after) for at, after in enumerate(recipe.steps) for step in reversed(recipe.steps[:at]))
    for step, following in pairs:
        followers = step.technique.followers
        if step.technique.last and following.name not in followers:
            others = f" but {' or '.join(followers)}" if followers else ""
            raise VidcompressError(
                f"recipe {text!r}: {step.name} must come last, nothing{others} can follow it ({following})"
            )
        if following.name in step.technique.never_before:
            raise VidcompressError(
                f"recipe {text!r}: {step.name} must come after {following.name}, which does not know what it leaves"
            )
    for position, step in enumerate(recipe.steps):
        if step.technique.alone and len(recipe.steps) > 1:
            raise VidcompressError(f"recipe {text!r}: {step.name} cannot be combined with other techniques")
        if step.technique.first and position:
            raise VidcompressError(
                f"recipe {text!r}: {step.name} must come first, nothing can come before it"
            )
        wanted = step.technique.must_follow(step.parameters)
        if wanted and not {each.name for each in recipe.steps[:position]}.intersection(wanted):
            raise VidcompressError(
                f"recipe {text!r}: {step} must come after {' or '.join(wanted)}, which is not before it; there are"
                f" {_all(techniques)}"
            )


def _split(part: str, separator: str, text: str) -> list[str]:
    try:
        return split_outside(part, separator)
    except VidcompressError as error:
        raise VidcompressError(f"recipe {text!r}: {error}") from None


def _step(part: str, text: str, techniques: Mapping[str, Technique]) -> Step:
    name, _, rest = part.partition(":")
    if name not in techniques:
        hint = "; in a path + is written %2B, and a comma %2C" if "path=" in text else ""
        raise VidcompressError(
            f"recipe {text!r}: unknown technique {name!r}; there are {_all(techniques)}{hint}"
        )
    given: dict[str, str] = {}
    for pair in filter(None, _split(rest, ",", text)):
        key, equals, value = pair.partition("=")
        if not equals or not value:
            hint = "; in a path a comma is written %2C" if "path=" in rest else ""
            raise VidcompressError(f"recipe {text!r}: {pair!r} is not of the form param=value{hint}")
        if key.strip() in given:
            raise VidcompressError(f"recipe {text!r}: {name}: {key.strip()} is given twice")
        given[key.strip()] = value.strip()
    technique = techniques[name]
    try:
        nested = partial(parse, techniques=techniques)
        return Step(name, technique, parse_parameters(technique.parameters, given, nested))
    except VidcompressError as error:
        raise VidcompressError(f"recipe {text!r}: {name}: {error}") from None


def _all(techniques: Mapping[str, Technique]) -> str:
    return ", ".join(sorted(techniques))
