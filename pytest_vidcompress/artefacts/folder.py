"""The folder of an artefact: read and checked, and written so that nobody ever sees half of one.

`recipe.json` names every file with its digest and comes last; a folder without it is no artefact.
"""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, cast

from ..errors import VidcompressError
from .json_values import file_name
from .manifest import FILE, SCHEMA, Manifest, Stamp, from_json

UNFINISHED = ".unfinished-"
"""How the name of a folder begins that is being written."""
_OLDER = "older.json"
"""What `recipe.json` of the artefact that is being replaced is called meanwhile."""
_BEFORE = ("model.safetensors", "config.json")
"""What artefacts of schema 1 may hold; they do not say."""
_AGAIN = "copy the whole folder again, or save the variant again"


def read(folder: Path) -> Manifest:
    """Reads the manifest of the artefact in `folder`.

    Raises:
        VidcompressError: there is none, it is not ours, it is damaged, or of a version too old or too new.
    """
    if not folder.is_dir():
        raise VidcompressError(
            f"no artefact at {str(folder)!r}: expected the folder that a variant was saved into,"
            f" {'not a file' if folder.exists() else 'and nothing is there'}"
        )
    try:
        held: Any = json.loads((folder / FILE).read_text("utf-8"))
    except FileNotFoundError:
        raise VidcompressError(
            f"no artefact at {str(folder)!r}: it has no {FILE}, which is written last; {_AGAIN}"
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise _damaged(folder, error) from None
    if not _is_ours(held):
        raise VidcompressError(
            f"no artefact at {str(folder)!r}: its {FILE} is not ours, expected one as variant.save() and"
            " `vidcompress compress` write it"
        )
    _check_schema(folder, held["schema"])
    try:
        return from_json(held)
    except (ValueError, TypeError, KeyError) as error:
        why = f"{error} is missing" if isinstance(error, KeyError) else error
        raise _damaged(folder, why) from None


def verify(folder: Path, manifest: Manifest, *, contents: bool = True) -> None:
    """Compares the files in `folder` with what the manifest says of them.

    Args:
        contents: False looks at sizes alone.

    Raises:
        VidcompressError: a file is missing, truncated or changed.
    """
    for name, stamp in manifest.files.items():
        file = folder / name
        if not file.is_file():
            raise VidcompressError(f"artefact {str(folder)!r}: {name} is missing; {_AGAIN}")
        size = file.stat().st_size
        if size < stamp.size_bytes:
            raise VidcompressError(
                f"artefact {str(folder)!r}: {name} is truncated, {size:,} of {stamp.size_bytes:,} bytes; {_AGAIN}"
            )
        if size > stamp.size_bytes or (contents and Stamp.of(file) != stamp):
            raise VidcompressError(
                f"artefact {str(folder)!r}: {name} has changed since it was saved; {_AGAIN}"
            )


def size_bytes(folder: Path, manifest: Manifest) -> int:
    """Bytes of an artefact on disk: `recipe.json` and the files that it names."""
    return (folder / FILE).stat().st_size + sum(each.size_bytes for each in manifest.files.values())


def holds_artefact(folder: Path) -> bool:
    """Is there one of ours, whether or not it can be loaded?"""
    return bool(_named(folder / FILE))


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


def replaceable(folder: Path) -> frozenset[str]:
    """The names in `folder`, all of them of an older artefact or of one that was never finished.

    Raises:
        VidcompressError: it holds other things, which an artefact must not be mixed with.
    """
    if not folder.exists():
        return frozenset()
    if not folder.is_dir():
        raise VidcompressError(f"an artefact is a folder, and {str(folder)!r} is a file: name another")
    unfinished = frozenset(path for path in folder.glob(f"{UNFINISHED}*") if path.is_dir())
    manifests = [folder / FILE, *(each / name for each in unfinished for name in (FILE, _OLDER))]
    ours = {path.name for path in unfinished}.union(*map(_named, manifests))
    there = frozenset(path.name for path in folder.iterdir())
    others = sorted(there - ours)
    if others:
        raise VidcompressError(
            f"{str(folder)!r} holds other things than an artefact, such as {others[0]!r}: name a new or empty folder"
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
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _named(manifest: Path) -> frozenset[str]:
    """The files that a manifest names, `recipe.json` included; none where it is none of ours."""
    try:
        held: Any = json.loads(manifest.read_text("utf-8"))
        return frozenset({FILE, *map(file_name, held.get("files", _BEFORE))} if _is_ours(held) else ())
    except (OSError, ValueError, TypeError, RecursionError):
        return frozenset()


def _is_ours(held: Any) -> bool:
    return isinstance(held, dict) and {"schema", "recipe"} <= cast("dict[str, Any]", held).keys()


def _check_schema(folder: Path, schema: Any) -> None:
    if not isinstance(schema, int):
        raise _damaged(folder, f"schema {schema!r} is no number")
    if schema > SCHEMA:
        raise VidcompressError(
            f"artefact {str(folder)!r} was made by a newer version of pytest-vidcompress (schema {schema}, this one"
            f" reads {SCHEMA}): upgrade with pip install --upgrade pytest-vidcompress"
        )
    if schema < SCHEMA:
        raise VidcompressError(
            f"artefact {str(folder)!r} was made by an older version of pytest-vidcompress (schema {schema}), which"
            " did not write what loading it needs: save the variant again"
        )


def _damaged(folder: Path, why: object) -> VidcompressError:
    return VidcompressError(f"artefact {str(folder)!r}: {FILE} is damaged ({why}); {_AGAIN}")
