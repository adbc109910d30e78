"""A model as techniques left it <-> the folder of an artefact, with how it was learned beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ...compress.recipe import Recipe
from ...models.model import Model
from ...runtimes.registry import RUNTIMES
from ..folder import read
from ..load import open_beside
from ..save import save_beside
from ..variant import Variant
from .halves import widen
from .learned_record import FILE, LearnedRecord, read_record

if TYPE_CHECKING:
    from ...compress.technique import Technique

TORCH = "torch"


def store(model: Model, recipe: Recipe, record: LearnedRecord, folder: Path) -> None:
    """Writes an artefact for torch, whatever is going to execute it.

    Args:
        model: as techniques left it.
        recipe: that made it of the uncompressed model.

    Raises:
        VidcompressError: the folder holds other things, or cannot be written.
    """
    variant = Variant(recipe.on(TORCH), model, model.module, TORCH, RUNTIMES[TORCH])
    save_beside(variant, folder, {FILE: record.content()})


def take(folder: Path, reference: Model, techniques: Mapping[str, Technique]) -> Model:
    """The stored model in the place of the uncompressed one, bit for bit, on its device.

    Args:
        reference: the uncompressed model; it is not changed.
        techniques: by name, besides those that come with this package.

    Raises:
        VidcompressError: it is damaged, or something that it needs is not here.
    """
    opened = open_beside(folder, read(folder), reference, techniques)
    record = read_record(folder)
    if record is not None:
        widen(opened.module, record.halves)
    profile = replace(
        opened.profile,
        views=reference.profile.views,
        resize=reference.profile.resize,
    )
    return replace(
        reference,
        module=opened.module,
        profile=profile,
        notes=opened.notes,
        curves=record.curves if record else (),
    ).on(reference.device)
