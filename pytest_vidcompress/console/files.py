"""Files that a verb is given, all of them read or none; and the page that it writes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from ..errors import VidcompressError
from .verb import note

Read = TypeVar("Read")


def read_all(reads: Sequence[Callable[[], Read]]) -> list[Read]:
    """What each gives.

    Raises:
        VidcompressError: one cannot be read; all that cannot are told, as one that is left out might be what decides.
    """
    found, refused = list[Read](), list[VidcompressError]()
    for read in reads:
        try:
            found.append(read())
        except VidcompressError as error:
            refused.append(error)
    for error in refused[:-1]:
        note(str(error))
    if refused:
        raise refused[-1]
    return found


def write_page(file: Path, text: str, with_folder: bool = False) -> None:
    """Writes `-o FILE`.

    Args:
        with_folder: makes the folder that it is to lie in.

    Raises:
        VidcompressError: it cannot be written.
    """
    try:
        if with_folder:
            file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise _unwritable(file, error.strerror or str(error)) from error


def check_page(file: Path) -> None:
    """Refuses `-o FILE` before the work whose result could not be written.

    Raises:
        VidcompressError: it would lie in no folder, or is one.
    """
    if file.is_dir():
        raise _unwritable(file, "it is a folder")
    if not file.parent.is_dir():
        raise _unwritable(file, "there is no such folder")


def _unwritable(file: Path, why: str) -> VidcompressError:
    return VidcompressError(f"-o {file} cannot be written ({why}); choose a file in a folder that can be")
