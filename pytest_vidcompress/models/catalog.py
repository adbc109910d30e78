"""The models that are known by name: those of all families."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from .families import FAMILIES
from .family import DEFAULT_CLIPS, POCKET, Family, OwnArchitecture, Pretrained

__all__ = [
    "CATALOG",
    "DEFAULT_CLIPS",
    "DEFAULT_MODELS",
    "POCKET",
    "default_models",
    "family_of",
    "own_architecture",
]

CATALOG: Mapping[str, Pretrained] = MappingProxyType(
    {name: each for family in FAMILIES for name, each in family.pretrained.items()}
)
"""Name for `--vc-model` -> what it means."""


def _packaged_for(clips: str) -> tuple[str, ...]:
    return tuple(
        name for name, each in CATALOG.items() if each.pocket and each.by_default and each.clips == clips
    )


DEFAULT_MODELS = _packaged_for(DEFAULT_CLIPS)
"""What runs when `--vc-model` is not given: of those that are packaged for the packaged clips."""


def default_models(clips: str) -> tuple[str, ...]:
    """What runs on a clip set of this name when `--vc-model` is not given."""
    return _packaged_for(clips) or DEFAULT_MODELS


def family_of(model_type: object) -> Family | None:
    """The family that transformers' configurations call `model_type`; None where none has a file."""
    return next((family for family in FAMILIES if family.model_type == model_type), None)


def own_architecture(model_type: object) -> OwnArchitecture | None:
    """What builds models of this type in the place of transformers; None where that does."""
    family = family_of(model_type)
    return family.own if family else None
