"""Recipes: an ordered list of techniques, and its canonical text form.

name:param=value,param=value + name ...      applied left to right
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ..errors import VidcompressError
from .technique import Technique, format_parameters, parse_parameters

if TYPE_CHECKING:
    from ..clips.loader import Clips
    from ..models.model import Model


@dataclass(frozen=True)
class Step:
    """One technique of a recipe with its parameters."""

    name: str
    technique: Technique
    parameters: Any

    def __str__(self) -> str:
        text = format_parameters(self.parameters)
        return f"{self.name}:{text}" if text else self.name


@dataclass(frozen=True)
class Recipe:
    """What to do to a model. `str(recipe)` is its canonical text: parameters at their default are left out."""

    steps: tuple[Step, ...]

    def __str__(self) -> str:
        return "+".join(str(step) for step in self.steps)

    @property
    def runtime(self) -> str:
        """Where it runs unless the user says otherwise: as the last technique that has a preference says."""
        preferred = [step.technique.runtime for step in self.steps if step.technique.runtime != "torch"]
        return preferred[-1] if preferred else "torch"

    def apply(self, model: Model, clips: Clips) -> Model:
        """Applies the techniques in order to a copy of `model`; `clips` calibrate those that need data."""
        model = model.copy()
        for step in self.steps:
            model = step.technique.apply(model, step.parameters, clips)
        return model


def parse(text: str, techniques: Mapping[str, Technique]) -> Recipe:
    """Reads a recipe.

    Raises:
        VidcompressError: a technique or parameter that does not exist, a value out of range, or an order
            that makes no sense.
    """
    steps = tuple(_step(part.strip(), text, techniques) for part in text.split("+"))
    for step, following in pairwise(steps):
        if step.technique.last:
            raise VidcompressError(
                f"recipe {text!r}: {step.name} must come last, nothing can follow it ({following})"
            )
    for step in steps:
        if step.technique.alone and len(steps) > 1:
            raise VidcompressError(f"recipe {text!r}: {step.name} cannot be combined with other techniques")
    return Recipe(steps)


def _step(part: str, text: str, techniques: Mapping[str, Technique]) -> Step:
    name, _, rest = part.partition(":")
    if name not in techniques:
        raise VidcompressError(
            f"recipe {text!r}: unknown technique {name!r}; there are {', '.join(sorted(techniques))}"
        )
    given: dict[str, str] = {}
    for pair in filter(None, rest.split(",")):
        key, equals, value = pair.partition("=")
        if not equals or not value:
            raise VidcompressError(f"recipe {text!r}: {pair!r} is not of the form param=value")
        if key.strip() in given:
            raise VidcompressError(f"recipe {text!r}: {name}: {key.strip()} is given twice")
        given[key.strip()] = value.strip()
    technique = techniques[name]
    try:
        return Step(name, technique, parse_parameters(technique.parameters, given))
    except VidcompressError as error:
        raise VidcompressError(f"recipe {text!r}: {name}: {error}") from None
