"""How many bytes an artefact takes, and how many of them are the model's numbers. Light."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from ..models.safetensors_header import described
from .manifest import TENSORS


@dataclass(frozen=True)
class Size:
    """Of an artefact on disk."""

    total_bytes: int
    """Of all files, as they are shipped."""
    tensor_bytes: int | None = None
    """Of the tensors alone: no names, headers and JSON, which grow with what a module is called. None where a runtime
    does not tell them apart."""


def size_of(folder: Path, names: Collection[str], own: Callable[[Path], int] | None = None) -> Size:
    """The size of an artefact's files.

    Args:
        names: of the files in `folder` that count.
        own: of a runtime with files of its own: tells the bytes of the tensors in them.
    """
    total = sum((folder / name).stat().st_size for name in names)
    if TENSORS in names:
        return Size(total, sum(each.nbytes for each in described(folder / TENSORS)))
    return Size(total, own(folder) if own else None)
