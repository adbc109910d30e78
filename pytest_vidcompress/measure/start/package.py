"""What is started, on disk: artefacts that load by themselves, else pickles as `torch.save` writes them.

Both arms are packed before the first start, so their files are in the page cache for either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import torch

from ...errors import VidcompressError
from ..latency import pickle_file
from ..subject import Subject


@dataclass(frozen=True)
class Package:
    """An arm as the server of starts is told of it; one of folder and file is empty."""

    runtime: str
    folder: str = ""
    """Of an artefact."""
    file: str = ""
    """A pickle."""

    def as_json(self) -> Mapping[str, str]:
        where = {"folder": self.folder} if self.folder else {"file": self.file}
        return {"runtime": self.runtime, **where}


def package(
    subject: Subject, folder: Path, by_value: Iterable[ModuleType] = (), as_artefact: bool = True
) -> Package:
    """Writes what a subject ships as into `folder`.

    Args:
        folder: new, or empty.
        by_value: as `pickle_file.write` has it.
        as_artefact: False takes a pickle also where there could be an artefact, as beside what has none.

    Raises:
        FreshProcessError: it has no artefact, and does not pickle.
    """
    if subject.files and as_artefact:
        try:
            return Package(subject.runtime, folder=str(subject.files(folder / "artefact")))
        except VidcompressError:  # what an artefact could not give back is shipped as it is
            pass
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "pickle"
    pickle_file.write(file, subject.run, by_value)
    return Package(subject.runtime, file=str(file))


def pack(
    file: Path,
    pixels: torch.Tensor,
    techniques: Mapping[str, Any],
    runtimes: Mapping[str, Any],
    by_value: Iterable[ModuleType] = (),
) -> None:
    """Writes what the server gives to every start.

    Args:
        pixels: of the first call, `(1, T, C, H, W)`, on the device where it is made.
        techniques: by name, besides those that come with this package.
        runtimes: likewise.

    Raises:
        FreshProcessError: one cannot be sent to another process.
    """
    payload = {
        # The server must not touch the device that its children start on.
        "pixels": pixels.clone().cpu(),
        "device": str(pixels.device),
        "threads": torch.get_num_threads(),
        "techniques": dict(techniques),
        "runtimes": dict(runtimes),
    }
    pickle_file.write(file, payload, by_value)
