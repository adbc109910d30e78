"""Variants of small models, and what they answer."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
import torch

from pytest_vidcompress.artefacts.variant import Variant, build
from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.clips.pocket.packaged import pocket
from pytest_vidcompress.clips.profile import Profile
from pytest_vidcompress.compress.int8_dynamic import ENGINES
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import IMMEDIATE, TECHNIQUES
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.measure.accuracy.predict import logits_of
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.runtimes.registry import RUNTIMES
from tests.learn.school import lessons
from tests.models.small import FAMILIES, model, pixels

SUPPORTED = tuple(name for name in ENGINES if name in torch.backends.quantized.supported_engines)
_SHRUNK = "shrink:mlp=0.5,heads=0.5,blocks=0.5,width=0.5"
_LONGEST = f"{_SHRUNK}+distil:steps=2,batch=4+fuse+int8-static"
COMPOSED = (
    *("prune-global:amount=0.5+fp16", "prune-local-both+int8-dynamic"),
    *("fuse+fp16", "prune-global+fuse+int8-weights", "fuse+int8-dynamic", "fuse+int8-static"),
    *(_SHRUNK, "distil:steps=2,batch=4,depth=1", _LONGEST),
)


def _exists(recipe: str) -> bool:
    try:
        parse(recipe, TECHNIQUES)
    except VidcompressError:
        return False
    return True


RECIPES = (*IMMEDIATE, *filter(_exists, COMPOSED), *(f"int8-dynamic:engine={name}" for name in SUPPORTED))
"""Every technique there is, and some of them together."""


def place(recipe: str, family: str) -> str:
    """A name for what a recipe makes of a family's model, fit for files."""
    return f"{RECIPES.index(recipe)}-{family}"


def in_turns(first: int) -> list[Any]:
    """Every recipe with every family; but for one family each, in turns from the one given, the pairs are slow.

    So is the longest recipe, whose parts are others here.
    """
    return [
        pytest.param(
            recipe,
            family,
            id=place(recipe, family),
            marks=[pytest.mark.slow] if recipe == _LONGEST or (turn + number + first) % len(FAMILIES) else [],
        )
        for turn, recipe in enumerate(RECIPES)
        for number, family in enumerate(FAMILIES)
    ]


def missing(recipe: str) -> str:
    """Why a recipe cannot run here; empty where it can."""
    return RUNTIMES[parse(recipe, TECHNIQUES).runtime].missing


def skip_without(recipe: str) -> None:
    if missing(recipe):
        pytest.skip(f"{recipe}: {missing(recipe)}")


@cache
def calibrating() -> Clips:
    """A few real clips as small models want them; their labels do not matter."""
    packaged = pocket()
    return Clips(packaged.clips[:4], packaged.labels, dict.fromkeys(packaged.labels, 0), Profile(4, 1, 32))


def variant(recipe: str, of: Model | str = "videomae", runtime: str = "") -> Variant:
    """Of a family one that tests share, of a model a new one."""
    return _shared(recipe, of, runtime) if isinstance(of, str) else _built(recipe, of, runtime)


@cache
def _shared(recipe: str, family: str, runtime: str) -> Variant:
    return _built(recipe, model(family), runtime)


def _built(recipe: str, of: Model, runtime: str) -> Variant:
    parsed = parse(recipe, TECHNIQUES)
    return build(parsed, of, calibrating(), RUNTIMES, runtime, lessons(of) if parsed.learns else None)


def answers(run: Any, seed: int = 1) -> torch.Tensor:
    """Logits of one clip of noise."""
    with torch.inference_mode():
        return logits_of(run, pixels(1, seed)).clone()
