"""The folder of a bundle: one of its own for every check that failed, there as a whole or not at all.

    <directory>/<test>-<digest>/bundle.json            what failed, on what, where
    <directory>/<test>-<digest>/logits.safetensors     of all clips
    <directory>/<test>-<digest>/artefact.json          the manifest of what was measured, where it was an artefact

The directory holds the last failure of every test: one that fails again replaces its own, one that holds again
removes it, and those of tests that did not run stay.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ...errors import VidcompressError
from ...untrusted import Malformed, file_in, read_json
from .bundle import Bundle, from_document, is_bundle

FILE, LOGITS, ARTEFACT = "bundle.json", "logits.safetensors", "artefact.json"
FILES = frozenset({FILE, LOGITS, ARTEFACT})
UNFINISHED = ".unfinished-"
"""How the name of a folder begins that is being written."""
_LONGEST = 90
"""Characters of a test's name in that of a folder."""


def folder_name(test: str, number: int) -> str:
    """A name for every system, and for every measurement of every test another one.

    Args:
        test: a node id, which may hold any character.
        number: of the measurement, as in a report's identity.
    """
    file, _, rest = test.partition("::")
    stem = re.sub(r"[^A-Za-z0-9._]+", "-", f"{file.rpartition('/')[2]} {rest}").strip("-._")[:_LONGEST]
    which = "-reference" if number < 0 else f"-{number}" if number > 1 else ""
    digest = hashlib.sha256(f"{test}\0{number}".encode("utf-8", "surrogatepass")).hexdigest()
    return f"{stem}{which}-{digest[:8]}".lstrip("-")


def refuse_unwritable(directory: Path) -> None:
    """Raises VidcompressError unless bundles can be written there: better before measuring than after."""
    probe, is_new = directory / f"{UNFINISHED}{secrets.token_hex(4)}", not directory.exists()
    try:
        probe.mkdir(parents=True)
        (probe / FILE).write_text("{}")
    except OSError as error:
        raise _unwritable(directory, error) from error
    finally:
        shutil.rmtree(probe, ignore_errors=True)
        if is_new:
            with suppress(OSError):  # another process may be writing there
                directory.rmdir()


def write(directory: Path, name: str, document: Mapping[str, Any], files: Mapping[str, bytes]) -> Path:
    """Writes a bundle, in place of an earlier one of the same name; returns its folder.

    A folder of that name that is no bundle of ours stays: the new one gets a number.

    Args:
        document: of `bundle.as_document`.
        files: contents of the other files, by name.

    Raises:
        VidcompressError: it cannot be written.
    """
    unfinished = directory / f"{UNFINISHED}{secrets.token_hex(4)}"
    content = json.dumps(document, indent=1, sort_keys=True, allow_nan=False) + "\n"
    try:
        unfinished.mkdir(parents=True)
        for file, data in {**files, FILE: content.encode()}.items():
            (unfinished / file).write_bytes(data)
        discard(directory, name)
        folder = next(each for each in _numbered(directory / name) if not _is_there(each))
        unfinished.replace(folder)
    except OSError as error:
        raise _unwritable(directory, error) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return folder


def discard(directory: Path, name: str) -> None:
    """Removes an earlier bundle of this name, and nothing that is not one of ours.

    Raises:
        OSError: it cannot be removed.
    """
    folder = directory / name
    if is_ours(folder):
        # Under its name it is a whole one to the last.
        aside = directory / f"{UNFINISHED}{secrets.token_hex(4)}"
        folder.replace(aside)
        shutil.rmtree(aside)


def bundles_in(directory: Path) -> list[Path]:
    """The folders in it that are bundles, by name."""
    try:
        return sorted(each for each in directory.iterdir() if (each / FILE).is_file() and _is_shown(each))
    except OSError:
        return []


def read(folder: Path) -> Bundle:
    """Reads a bundle, which anybody may have written.

    Raises:
        VidcompressError: there is none, it is damaged, or of another version.
    """
    try:
        document: Any = read_json(file_in(folder, FILE))
        if not is_bundle(document):
            raise Malformed("it is none of ours")
        return from_document(document)
    except (OSError, Malformed) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise VidcompressError(
            f"no bundle in {str(folder)!r}: its {FILE} cannot be read ({why}); expected a folder that --vc-bundle"
            " wrote"
        ) from None


def is_ours(folder: Path) -> bool:
    """Is it a bundle, with nothing else in it?"""
    try:
        plain = folder.is_dir() and not folder.is_symlink()
        if not plain or not FILES.issuperset(each.name for each in folder.iterdir()):
            return False
        return is_bundle(read_json(file_in(folder, FILE)))
    except (OSError, Malformed):
        return False


def _numbered(folder: Path) -> Iterator[Path]:
    yield folder
    yield from (folder.with_name(f"{folder.name}.{number}") for number in range(2, 1000))


def _is_there(path: Path) -> bool:
    return path.exists() or path.is_symlink()


def _is_shown(folder: Path) -> bool:
    return not folder.name.startswith(UNFINISHED)


def _unwritable(directory: Path, error: OSError) -> VidcompressError:
    return VidcompressError(
        f"--vc-bundle={directory} cannot be written ({error.strerror or error}): name another folder"
    )
