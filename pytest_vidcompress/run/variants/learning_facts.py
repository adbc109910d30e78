"""What decides a learned variant, as texts by name: two runs that agree in all of them learn the same."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from ...artefacts.kept.model_digest import model_digest
from ...artefacts.starting_point import StartingPoint
from ...clips.clip import Clip
from ...clips.crops.digest import digest, digest_of_set
from ...clips.loader import Clips
from ...clips.profile import Views
from ...compress.recipe import Recipe, Step
from ...compress.registry import TECHNIQUES
from ...learn.lessons import Lessons
from ...measure.resume.source_files import PACKAGE, is_installed, sources

_DECIDING = ("clips", "models", "learn", "compress")
"""Rooms of ours whose source decides what is learned."""


def complete_learning(start: StartingPoint) -> Recipe:
    """What makes the learned model of the uncompressed one: all up to the last technique that learns."""
    rest = len(start.recipe.after_learning.steps)
    steps = start.complete.steps
    return Recipe(steps[: len(steps) - rest])


def learning_facts(start: StartingPoint, lessons: Lessons, calibration: Clips) -> dict[str, str]:
    """What decides a variant whatever it is made with.

    Args:
        calibration: the clips that techniques calibrate on.
    """
    return {
        "recipe": complete_learning(start).text,
        "model": model_digest(start.model),
        "teacher": model_digest(lessons.teacher),
        "training clips": lessons.training.digest,
        "calibration clips": sample_digest(calibration),
        "seed": str(lessons.seed),
    }


def code_digest(recipe: Recipe, model: object, began: float) -> str | None:
    """Of the source that decides what is learned; None where it was edited in this process's time.

    Of a technique or a module of somebody's own it is the file that it is defined in.

    Args:
        model: the module to be taught.
        began: when this process began to load code, seconds since the epoch.
    """
    own = [file for room in _DECIDING for file in sorted((PACKAGE / room).rglob("*.py"))]
    return sources([*own, *_foreign(recipe, model)], began)


def _foreign(recipe: Recipe, model: object) -> list[Path]:
    functions: list[Any] = [type(model)]
    for step in recipe.steps:
        if TECHNIQUES.get(step.name) is not step.technique:
            functions += _functions(step)
    files = {_file(getattr(each, "__module__", "")) for each in functions}
    return sorted(file for file in files if file and not is_installed(file) and PACKAGE not in file.parents)


def _functions(step: Step) -> list[Any]:
    technique = step.technique
    return [each for each in (technique.apply, technique.learn, technique.parameters) if each is not None]


def _file(module: str) -> Path | None:
    file: object = getattr(sys.modules.get(module), "__file__", None)
    return Path(file) if isinstance(file, str) else None


def sample_digest(clips: Clips) -> str:
    """Sixteen hexadecimal digits: of the ids and contents of clips, usable or not, and of the views taken of each."""
    contents = digest_of_set([clip.id for clip in clips.sample], map(_content, clips.sample))
    views = clips.profile.views
    # Of one view it is the digest that is stored in repositories.
    return contents if views == Views() else sha256(f"{contents} {views}".encode()).hexdigest()[:16]


def _content(clip: Clip) -> str:
    try:
        return digest(clip.source)
    except OSError:
        # Decoding has the better words for what is wrong.
        return "unreadable"


def shown_differences(names: Mapping[str, str] | list[str]) -> str:
    """`training clips and seed`."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
