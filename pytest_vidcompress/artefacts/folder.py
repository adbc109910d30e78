"""The folder of an artefact, read and checked; `atomic_folder` writes it.

`recipe.json` names every file with its digest and comes last; a folder without it is no artefact.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from ..errors import VidcompressError
from ..untrusted import Malformed, file_in, read_json
from .manifest import FILE, SCHEMAS, Manifest, Stamp, from_json

MOST_BYTES = 16 << 20
"""Of a JSON file of an artefact: `recipe.json` names tensors and labels, and `config.json` is smaller."""
_AGAIN = "copy the whole folder again, or delete it and save the variant again"


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
        document: Any = read_json(file_in(folder, FILE), MOST_BYTES)
    except FileNotFoundError:
        raise VidcompressError(
            f"no artefact at {str(folder)!r}: it has no {FILE}, which is written last; {_AGAIN}"
        ) from None
    except (OSError, Malformed) as error:
        raise _damaged(folder, error) from None
    if not is_ours(document):
        raise VidcompressError(
            f"no artefact at {str(folder)!r}: its {FILE} is not ours, expected one as variant.save() and"
            " `vidcompress compress` write it"
        )
    _check_schema(folder, document["schema"])
    try:
        return from_json(document)
    except Malformed as error:
        raise _damaged(folder, error) from None


def verify(folder: Path, manifest: Manifest, *, contents: bool = True) -> None:
    """Compares the files in `folder` with what the manifest says of them.

    Args:
        contents: False looks at sizes alone.

    Raises:
        VidcompressError: a file is missing, truncated or changed.
    """
    for name, stamp in manifest.files.items():
        try:
            file = file_in(folder, name)
        except Malformed as error:
            raise VidcompressError(f"artefact {str(folder)!r}: {error}; {_AGAIN}") from None
        if not file.is_file():
            missing = "is no regular file" if file.exists() else "is missing"
            raise VidcompressError(f"artefact {str(folder)!r}: {name} {missing}; {_AGAIN}")
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


def is_ours(document: Any) -> bool:
    """Is this what a `recipe.json` of any schema says?"""
    return isinstance(document, dict) and {"schema", "recipe"} <= cast("dict[str, Any]", document).keys()


def _check_schema(folder: Path, schema: Any) -> None:
    if not isinstance(schema, int) or isinstance(schema, bool):
        raise _damaged(folder, f"schema {schema!r} is no number")
    if schema > SCHEMAS[-1]:
        raise VidcompressError(
            f"artefact {str(folder)!r} was made by a newer version of pytest-vidcompress (schema {schema}, this one"
            f" reads {SCHEMAS[-1]}): upgrade with pip install --upgrade pytest-vidcompress"
        )
    if schema < SCHEMAS[0]:
        raise VidcompressError(
            f"artefact {str(folder)!r} was made by an older version of pytest-vidcompress (schema {schema}), which"
            " did not write what loading it needs: save the variant again"
        )


def _damaged(folder: Path, why: object) -> VidcompressError:
    return VidcompressError(f"artefact {str(folder)!r}: {FILE} is damaged ({why}); {_AGAIN}")
