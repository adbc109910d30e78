"""`recipe.json`: what an artefact says of itself, and the digests of the files beside it.

Only data: a recipe's text, a profile, labels, numbers. What it does not name is none of the artefact's.
`docs/artefacts.md` tells what its keys mean.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, TypeVar

from ..clips.profile import Profile
from ..untrusted import (
    file_name,
    json_object,
    mapping,
    one_of,
    optional,
    text,
    texts,
    whole,
    wholes,
)

FILE = "recipe.json"
SCHEMAS = (2, 3)
"""That can be read; the second is that of artefacts with packed tensors, which readers of the first cannot unpack."""
SAFETENSORS = "safetensors"
"""The format of an artefact that holds a module's tensors; that of any other is the name of its runtime."""
TENSORS, CONFIG = "model.safetensors", "config.json"
"""The files of that format beside this one; the second is that of models that transformers knows."""
_BLOCK = 1024

T = TypeVar("T")


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
    packed: Mapping[str, tuple[int, ...]] = field(default_factory=_nothing)
    """Name of a tensor that is stored without its zeros -> its shape; see `packing`."""
    files: Mapping[str, Stamp] = field(default_factory=_nothing)
    """Every other file, by its name."""

    @property
    def needs_module(self) -> bool:
        """Is nothing in it that says how the model is built? Then loading it takes `module=`."""
        return self.format == SAFETENSORS and CONFIG not in self.files

    def write(self, folder: Path) -> Manifest:
        """Writes `recipe.json` into `folder`; returns it with the stamps of the files that are there."""
        stamped = replace(self, files={path.name: Stamp.of(path) for path in sorted(folder.iterdir())})
        content = json.dumps(_as_json(stamped), indent=2, sort_keys=True) + "\n"
        folder.joinpath(FILE).write_text(content, encoding="utf-8", newline="\n")
        return stamped


def _as_json(manifest: Manifest) -> dict[str, Any]:
    document: dict[str, Any] = {"schema": SCHEMAS[bool(manifest.packed)], **_fields(manifest)}
    document |= {key: dict(document[key]) for key in ("versions", "tied", "orders", "packed")}
    if not manifest.packed:
        del document["packed"]
    document["files"] = {
        name: {"bytes": each.size_bytes, "sha256": each.sha256} for name, each in manifest.files.items()
    }
    profile = manifest.profile
    if profile is not None:
        document["profile"] = profile.as_json()
    # What is installed, and what techniques decided on this machine, take whole blocks together: the size of an
    # artefact, which a baseline holds exactly, is that of the model.
    volatile = len(json.dumps([document["versions"], document["notes"]], indent=2))
    document["padding"] = " " * (-volatile % _BLOCK)
    return document


def _fields(instance: Any) -> dict[str, Any]:
    return {each.name: getattr(instance, each.name) for each in fields(instance)}


def from_json(document: Mapping[str, Any]) -> Manifest:
    """What `Manifest.write` wrote.

    Raises:
        Malformed: it did not write that.
    """
    return Manifest(
        format=text(document, "format"),
        recipe=text(document, "recipe"),
        name=text(document, "name"),
        model=text(document, "model"),
        weights=one_of(document, "weights", ("trained", "random")),
        runtime=text(document, "runtime"),
        profile=None
        if "profile" in document and document["profile"] is None
        else Profile.from_json(mapping(document, "profile")),
        labels=texts(document, "labels"),
        notes=texts(document, "notes"),
        versions=_each(text, mapping(document, "versions")),
        tied=_each(text, mapping(document, "tied")),
        orders=_each(wholes, mapping(document, "orders")),
        packed=_each(wholes, optional(mapping, document, "packed") or {}),
        files=stamps(document),
    )


def stamps(document: Mapping[str, Any]) -> dict[str, Stamp]:
    """The stamp of every file that a manifest names; one of schema 1 names none.

    Raises:
        Malformed: names or stamps are none.
    """
    entries = mapping(document, "files").items()
    given = {file_name(name): json_object(stamp, name) for name, stamp in entries}
    return {name: Stamp(whole(stamp, "bytes"), text(stamp, "sha256")) for name, stamp in given.items()}


def _each(read: Callable[[Mapping[str, Any], str], T], document: dict[str, Any]) -> dict[str, T]:
    return {name: read(document, name) for name in document}
