"""A folder that an artefact is written into so that nobody ever sees half of one, and nothing else is lost.

An artefact that is there already is replaced, without being asked for: it can be made again. Everything else stays.
What is replaced must be a plain file as a manifest of ours stamped it, size and SHA-256; one that was changed, a
folder, a link, and a file that no manifest names are somebody's, whatever a `recipe.json` there may say.
"""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from ..errors import VidcompressError
from ..untrusted import Malformed, file_in, read_json
from .folder import MOST_BYTES, is_ours
from .manifest import FILE, SCHEMAS, Stamp, from_json, stamps

UNFINISHED = ".unfinished-"
"""How the name of a folder begins that is being written."""
_OURS = re.compile(re.escape(UNFINISHED) + r"[0-9a-f]{8}")
_OLDER = "older.json"
"""What `recipe.json` of the artefact that is being replaced is called meanwhile."""


@contextmanager
def replaced(folder: Path) -> Generator[Path]:
    """A new folder to write an artefact into; what it holds becomes that of `folder` when the block ends well.

    Raises:
        VidcompressError: `folder` holds other things than an older artefact, or cannot be written.
    """
    older = replaceable(folder)
    is_new = not folder.exists()
    unfinished = folder / f"{UNFINISHED}{secrets.token_hex(4)}"
    try:
        unfinished.mkdir(parents=True)
        yield unfinished
        _take_over(unfinished, folder, older)
    except OSError as error:
        raise VidcompressError(
            f"an artefact cannot be written to {str(folder)!r} ({error.strerror or error}): name another folder"
        ) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
        if is_new:
            with suppress(OSError):  # it stays where there is something in it
                folder.rmdir()


def holds_artefact(folder: Path) -> bool:
    """Is there one of ours, whether or not it can be loaded?"""
    return _manifest(folder, FILE) is not None


def replaceable(folder: Path) -> frozenset[str]:
    """The names in `folder`, all of them of an older artefact or of one that was never finished.

    Raises:
        VidcompressError: it holds other things, which an artefact must not be mixed with.
    """
    if not folder.exists():
        return frozenset()
    if not folder.is_dir():
        raise VidcompressError(f"an artefact is a folder, and {str(folder)!r} is a file: name another")
    there = frozenset(path.name for path in folder.iterdir())
    if there and folder.is_symlink():
        raise VidcompressError(
            f"{str(folder)!r} is a link to a folder that holds something: name a new or empty folder"
        )
    unfinished = {name for name in there if _is_unfinished(folder / name)}
    sources = [(folder, FILE), *((folder / each, name) for each in unfinished for name in (FILE, _OLDER))]
    manifests = [stamped for source in sources if (stamped := _manifest(*source)) is not None]
    for name in sorted(there - unfinished):
        wanted = [stamped[name] for stamped in manifests if name in stamped]
        if not any(_is_as_stamped(folder / name, stamp) for stamp in wanted):
            changed = f" ({FILE} names it, and it is not the file that was saved)" if wanted else ""
            raise VidcompressError(
                f"{str(folder)!r} holds other things than an artefact, such as {name!r}{changed}: name a new or empty"
                " folder"
            )
    return there


def _take_over(unfinished: Path, folder: Path, older: frozenset[str]) -> None:
    """Moves the files of one folder into the other: the old `recipe.json` goes first, the new one comes last."""
    new = sorted((path.name for path in unfinished.iterdir()), key=lambda name: name == FILE)
    if FILE in older:
        (folder / FILE).replace(unfinished / _OLDER)
    for name in sorted(older.difference(new)):
        _remove(folder / name)
    for name in new:
        (unfinished / name).replace(folder / name)


def _remove(path: Path) -> None:
    """A file, or a folder of files that was never finished."""
    if _is_unfinished(path):
        for each in path.iterdir():
            each.unlink()
        path.rmdir()
    else:
        path.unlink(missing_ok=True)


def _is_unfinished(path: Path) -> bool:
    """A folder that a save was killed in: of that name, and with nothing but files in it."""
    return (
        _OURS.fullmatch(path.name) is not None
        and path.is_dir()
        and not path.is_symlink()
        and all(map(_is_plain_file, path.iterdir()))
    )


def _manifest(folder: Path, name: str) -> Mapping[str, Stamp | None] | None:
    """The files that a manifest of ours names with their stamps, itself without one; None where it is none."""
    try:
        document = read_json(file_in(folder, name), MOST_BYTES)
        if not is_ours(document):
            return None
        whole = document["schema"] in SCHEMAS
        # The first schema noted no files; one to come may note more than this version knows.
        return {
            FILE: None,
            **(from_json(document).files if whole else stamps(document) if "files" in document else {}),
        }
    except (OSError, Malformed):
        return None


def _is_as_stamped(path: Path, stamp: Stamp | None) -> bool:
    return _is_plain_file(path) and (
        stamp is None or (path.stat().st_size == stamp.size_bytes and Stamp.of(path) == stamp)
    )


def _is_plain_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()
