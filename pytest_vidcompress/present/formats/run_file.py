"""Run files that anybody may have written, of this version and of those before -> documents of this one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...errors import VidcompressError
from ...untrusted import Malformed, json_object, optional, parse_json, read_file, whole
from .run_json import SCHEMA
from .run_schema import run_schema
from .schema.schema_check import check

MOST_BYTES = 1 << 28
"""Of a run file: costs by clip of many clips are long."""
_WRITTEN_BY = "expected what pytest --vc-json=FILE writes"


def read_run_file(path: Path) -> dict[str, Any]:
    """A run file as `run_json.run_document` makes it, every value as `run_schema` says.

    Raises:
        VidcompressError: it cannot be read, is no run file, or is of a later version.
    """
    try:
        content = read_file(path, MOST_BYTES)
    except OSError as error:
        raise VidcompressError(f"{path} cannot be read ({error.strerror}): {_WRITTEN_BY}") from error
    except Malformed as error:
        raise VidcompressError(f"{path} is no run file: {error}: {_WRITTEN_BY}") from None
    return parse_run_file(content, str(path))


def parse_run_file(content: bytes, name: str) -> dict[str, Any]:
    """Likewise, of its content.

    Args:
        name: what messages call it.
    """
    try:
        return _checked(parse_json(content))
    except Malformed as error:
        raise VidcompressError(f"{name} is no run file: {error}: {_WRITTEN_BY}") from None
    except VidcompressError as error:
        raise VidcompressError(f"{name}: {error}") from None


def _checked(content: Any) -> dict[str, Any]:
    document = _from_list(content) if isinstance(content, list) else json_object(content, "it")
    _refuse_newer(document)
    schema = run_schema()
    check(document, schema, schema["$defs"])
    return document


def _from_list(entries: list[Any]) -> dict[str, Any]:
    """Of version 1, where each entry had the version, or of before there were versions: a list, and no run."""
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "run": {"closing": "", "about": "", "complaints": []},
        **{name: list[Any]() for name in ("measurements", "grids", "targets", "sensitivities", "skipped")},
    }
    for place, each in enumerate(entries):
        entry = json_object(each, f"entry {place}")
        _refuse_newer(entry)
        is_grid = entry.get("grid") is True
        own = {name: value for name, value in entry.items() if name != "schema"}
        document["grids" if is_grid else "measurements"].append(own if is_grid else {"recipe": None, **own})
    return document


def _refuse_newer(document: Mapping[str, Any]) -> None:
    version = optional(whole, document, "schema", 1) or 0
    if version > SCHEMA:
        raise VidcompressError(
            f"its schema is {version}, and this version reads {SCHEMA} and before: update pytest-vidcompress"
        )
