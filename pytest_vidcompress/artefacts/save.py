"""A variant -> the files that a user would ship: safetensors or the runtime's own, and JSON; nothing executable.

`load` reads them, `docs/artefacts.md` tells what is in them.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Protocol

import torch
from torch import nn

from ..compress.recipe import Recipe
from ..errors import VidcompressError, first_line
from ..models.model import Model
from ..runtimes.runtime import Executable, Runtime
from . import tensor_files
from .atomic_folder import replaced
from .manifest import CONFIG, SAFETENSORS, Manifest
from .size import Size, size_of
from .tensor_parts import is_restorable
from .tensors import take_apart


class Saveable(Protocol):
    """What is asked of a `Variant`, which itself saves by this module."""

    @property
    def complete_recipe(self) -> Recipe: ...
    @property
    def name(self) -> str: ...
    @property
    def model(self) -> Model: ...
    @property
    def module(self) -> Executable: ...
    @property
    def runtime(self) -> str: ...
    @property
    def executes(self) -> Runtime: ...


def save(variant: Saveable, directory: Path) -> None:
    """Writes the artefact of `variant`.

    It warns, once a model, where nothing in it says how the model is built.

    Args:
        directory: made if it does not exist. An artefact that is there already is replaced, without being asked for,
            when the new one is whole: but only plain files that are as its own `recipe.json` stamped them.

    Raises:
        VidcompressError: it holds other things, or cannot be written; or the module is of tensors that `load` could
            not put back.
    """
    if save_beside(variant, directory).needs_module:
        _warn_of_module(Path(variant.model.name).name)


def save_beside(variant: Saveable, directory: Path, files: Mapping[str, bytes] | None = None) -> Manifest:
    """As `save`, without a warning.

    Args:
        files: other files of the artefact, by name: what they say of it is stamped as its own are.
    """
    if variant.executes.save is None:
        _refuse_unrestorable(variant)
    with replaced(directory) as folder:
        for name, content in (files or {}).items():
            folder.joinpath(name).write_bytes(content)
        return _write(variant, folder)


def needs_module(variant: Saveable) -> bool:
    """Does nothing in what `save` writes say how the model is built? Then it takes `module=` to load it."""
    return variant.executes.save is None and not tensor_files.has_config(variant.model.module)


def size(target: Saveable | nn.Module) -> Size:
    """Bytes of what `save` writes; of a module that no recipe made, of the same files.

    Of a module that does not show all its numbers, bytes of its saved state dict.

    Raises:
        VidcompressError: it can be saved in neither way.
    """
    if isinstance(target, nn.Module) and take_apart(target).opaque:
        return Size(_state_dict_bytes(target))
    with TemporaryDirectory(prefix="vidcompress-") as directory:
        folder = Path(directory)
        if isinstance(target, nn.Module):
            tied, orders, shapes = tensor_files.write(target, folder)
            Manifest(SAFETENSORS, versions=versions(), tied=tied, orders=orders, packed=shapes).write(folder)
            own = None
        else:
            _write(target, folder)
            own = target.executes.tensor_bytes
        return size_of(folder, [path.name for path in folder.iterdir()], own)


def size_bytes(target: Saveable | nn.Module) -> int:
    """As `size`, of all files together."""
    return size(target).total_bytes


def versions() -> dict[str, str]:
    """Of what decides how an artefact is written and rebuilt."""
    from .. import __version__

    return {"pytest-vidcompress": __version__, **{name: version(name) for name in ("torch", "transformers")}}


@cache
def _warn_of_module(model: str) -> None:
    warnings.warn(
        f"what was saved of {model!r} has no {CONFIG}, because its model is none of transformers': it is loaded with"
        " load(folder, module=...), a function that builds the uncompressed module",
        stacklevel=4,
    )


def _state_dict_bytes(module: nn.Module) -> int:
    with TemporaryFile() as file:
        try:
            torch.save(module.state_dict(), file)
        except Exception as error:  # whatever objects it holds raise what they like
            raise VidcompressError(f"its state dict cannot be saved ({first_line(error)})") from error
        return file.tell()


def _refuse_unrestorable(variant: Saveable) -> None:
    for name, value in variant.model.module.state_dict().items():
        if not is_restorable(name, value):
            raise VidcompressError(
                f"variant {variant.name!r} cannot be saved: {name} is a {type(value).__name__}, which an artefact"
                " cannot give back; save its state dict with torch.save, or leave out the technique that made it"
            )


def _write(variant: Saveable, folder: Path) -> Manifest:
    model, executes, recipe = variant.model, variant.executes, variant.complete_recipe
    about = Manifest(
        format=SAFETENSORS if executes.save is None else variant.runtime,
        recipe=recipe.text,
        name=str(recipe.on(variant.runtime)),
        # The last part only: how a folder's path is typed must not change the size of the artefact.
        model=Path(model.name).name,
        weights=model.weights,
        runtime=variant.runtime,
        profile=model.profile,
        labels=model.labels,
        notes=model.notes,
        versions={**versions(), "runtime": executes.version()},
    )
    if executes.save is None:
        tied, orders, shapes = tensor_files.write(model.module, folder)
        about = replace(about, tied=tied, orders=orders, packed=shapes)
    else:
        executes.save(variant.module, folder)
    return about.write(folder)
