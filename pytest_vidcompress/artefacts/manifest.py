"""`recipe.json`: what an artefact says of itself, and the digests of the files beside it.

Only data: a recipe's text, a profile, labels, numbers. What it does not name is none of the artefact's.
`docs/artefacts.md` tells what its keys mean.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args

from ..clips.profile import Layout, Merge, Middle, Profile, Sampling
from ..clips.views import Views
from .json_values import file_name, mapping, numbers, one_of, text, texts, whole

FILE = "recipe.json"
SCHEMA = 2
SAFETENSORS = "safetensors"
"""The format of an artefact that holds a module's tensors; that of any other is the name of its runtime."""
_BLOCK = 1024


@dataclass(frozen=True)
class Stamp:
    """How a file was when it was saved."""

    size_bytes: int
    sha256: str
    """64 hexadecimal digits."""

    @classmethod
    def of(cls, file: Path) -> Stamp:
        with file.open("rb") as opened:
            return cls(file.stat().st_size, hashlib.file_digest(opened, "sha256").hexdigest())


def _nothing() -> Mapping[str, Any]:
    return MappingProxyType({})


@dataclass(frozen=True)
class Manifest:
    """What made an artefact, and what it holds."""

    format: str
    """`SAFETENSORS`, or the name of the runtime whose own files these are."""
    recipe: str = ""
    """Its canonical text; empty for a module that no recipe made."""
    name: str = ""
    """The recipe, and `@runtime` where that is not the recipe's own."""
    model: str = ""
    """The last part of what the user called the uncompressed model."""
    weights: Literal["trained", "random"] = "trained"
    runtime: str = ""
    """What it was made for."""
    profile: Profile | None = None
    labels: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=_nothing)
    """Of what made it: `pytest-vidcompress`, `torch`, `transformers`, and `runtime` with its name."""
    tied: Mapping[str, str] = field(default_factory=_nothing)
    """Name of a tensor that is stored once -> the name that it is stored under."""
    orders: Mapping[str, tuple[int, ...]] = field(default_factory=_nothing)
    """Name of a tensor whose axes lie in memory in another order -> its axes, from the outermost there."""
    files: Mapping[str, Stamp] = field(default_factory=_nothing)
    """Every other file, by its name."""

    def write(self, folder: Path) -> None:
        """Writes `recipe.json` into `folder`, with the stamps of the files that are there."""
        files = {path.name: Stamp.of(path) for path in sorted(folder.iterdir())}
        said = json.dumps(_as_json(replace(self, files=files)), indent=2, sort_keys=True) + "\n"
        folder.joinpath(FILE).write_text(said, encoding="utf-8", newline="\n")


def _as_json(manifest: Manifest) -> dict[str, Any]:
    held: dict[str, Any] = {"schema": SCHEMA, **_fields(manifest)}
    held |= {key: dict(held[key]) for key in ("versions", "tied", "orders")}
    held["files"] = {
        name: {"bytes": each.size_bytes, "sha256": each.sha256} for name, each in manifest.files.items()
    }
    profile = manifest.profile
    if profile is not None:
        views = {"views": str(profile.views), "published": str(profile.published)}
        held["profile"] = {**_fields(profile), "modules": dict(profile.modules), **views}
    # What is installed, and what techniques decided on this machine, take whole blocks together: the size of an
    # artefact, which a baseline holds exactly, is that of the model.
    volatile = len(json.dumps([held["versions"], held["notes"]], indent=2))
    held["padding"] = " " * (-volatile % _BLOCK)
    return held


def _fields(instance: Any) -> dict[str, Any]:
    return {each.name: getattr(instance, each.name) for each in fields(instance)}


def from_json(held: Any) -> Manifest:
    """What `Manifest.write` wrote.

    Raises:
        ValueError, TypeError, KeyError: it did not write that.
    """
    return Manifest(
        format=text(held, "format"),
        recipe=text(held, "recipe"),
        name=text(held, "name"),
        model=text(held, "model"),
        weights=one_of(held, "weights", ("trained", "random")),
        runtime=text(held, "runtime"),
        profile=None if held["profile"] is None else _profile(mapping(held, "profile")),
        labels=texts(held, "labels"),
        notes=texts(held, "notes"),
        versions={name: text(held["versions"], name) for name in mapping(held, "versions")},
        tied={name: text(held["tied"], name) for name in mapping(held, "tied")},
        orders={name: numbers(held["orders"], name, int) for name in mapping(held, "orders")},
        files={
            file_name(name): Stamp(whole(stamp, "bytes"), text(stamp, "sha256"))
            for name, stamp in mapping(held, "files").items()
        },
    )


def _profile(held: dict[str, Any]) -> Profile:
    given: dict[str, Any] = {
        **{name: whole(held, name) for name in ("frames", "rate", "size")},
        **{name: numbers(held, name, float) for name in ("mean", "std")},
        **{name: Views.parse(text(held, name)) for name in ("views", "published")},
        "sampling": one_of(held, "sampling", get_args(Sampling)),
        "layout": one_of(held, "layout", get_args(Layout)),
        "merge": one_of(held, "merge", get_args(Merge)),
        "middle": one_of(held, "middle", get_args(Middle)),
        "modules": {scope: texts(held["modules"], scope) for scope in mapping(held, "modules")},
    }
    unknown = sorted(held.keys() - given.keys())
    if unknown:
        raise ValueError(f"a profile has no {unknown[0]!r}")
    return Profile(**given)
