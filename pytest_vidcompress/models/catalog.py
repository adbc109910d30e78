"""The models that are known by name: those of all families."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from .families import FAMILIES
from .family import POCKET, Family, Pretrained

__all__ = ["CATALOG", "DEFAULT_MODELS", "POCKET", "family_of"]

CATALOG: Mapping[str, Pretrained] = MappingProxyType(
    {name: each for family in FAMILIES for name, each in family.pretrained.items()}
)
"""Name for `--vc-model` -> what it means."""

DEFAULT_MODELS = tuple(name for name, each in CATALOG.items() if each.pocket)
"""What runs when `--vc-model` is not given: the packaged ones."""


def family_of(model_type: str) -> Family | None:
    """The family that transformers' configurations call `model_type`; None where none has a file."""
    return next((family for family in FAMILIES if family.model_type == model_type), None)
