"""Baseline files: where they lie, and how they are read and written without ever being half there.

<directory>/<clip set>/<model>.json                  what no machine changes, of every variant
<directory>/<clip set>/<model>.<machine class>.json  what this machine class does to it
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ...errors import VidcompressError
from ...processes.file_lock import PATIENCE_S
from ...processes.file_lock import locked as file_locked
from ...untrusted import Malformed, json_object, read_json
from .json_shape import stored_document, stored_entries, timing_document, timing_entries
from .machine_classes import Facts
from .stored import Stored, StoredTiming

SCHEMA = 1


def baseline_path(
    directory: Path, clip_set: str, model: str, weights: str = "trained", machine: str = ""
) -> Path:
    """The file of a model on a clip set; with `machine`, a machine class, the one beside it."""
    stem = slug(model) + ("" if weights == "trained" else f"-{slug(weights)}")
    return directory / slug(clip_set) / (f"{stem}.{slug(machine)}.json" if machine else f"{stem}.json")


def slug(name: str) -> str:
    """A name as a file name for every system: `facebook/timesformer-hr` is `facebook--timesformer-hr`."""
    plain = re.sub(r"[^\w.-]+", "-", re.sub(r"[/\\]+", "--", name), flags=re.ASCII).strip("-.")
    if not plain:
        raise VidcompressError(
            f"{name!r} cannot name a baseline file; use a name with letters or digits in it"
        )
    return plain


def read(path: Path) -> dict[str, Stored]:
    """Entries by variant, none when there is no file; VidcompressError when it is not a baseline."""
    document = _document(path)
    try:
        return stored_entries(document)
    except Malformed as error:
        raise _broken(path, f"is not the baseline of a model ({error})") from error


def read_timings(path: Path) -> dict[str, StoredTiming]:
    """As `read`, for the file of a machine class."""
    document = _document(path)
    try:
        return timing_entries(document)
    except Malformed as error:
        raise _broken(path, f"is not the baseline of a machine class ({error})") from error


def write(
    path: Path, variants: Mapping[str, Stored], *, clip_set: str, model: str, weights: str = "trained"
) -> None:
    """Replaces the file at once or not at all; VidcompressError when it cannot."""
    header = {"schema": SCHEMA, "clip_set": clip_set, "model": model, "weights": weights}
    _replace(path, {**header, **stored_document(variants)})


def write_timings(path: Path, variants: Mapping[str, StoredTiming], *, machine: Facts) -> None:
    """As `write`, for a machine class; `machine` says what it is."""
    _replace(path, {"schema": SCHEMA, "machine": dict(machine), **timing_document(variants)})


@contextmanager
def locked(path: Path, patience_s: float = PATIENCE_S) -> Generator[None]:
    """Holds off other processes between reading a baseline and writing it.

    Raises:
        VidcompressError: another run holds it for longer than `patience_s`, or nothing can be written there.
    """
    # Beside the file, wherever links lead: two runs of different folders for temporary files must meet.
    real = Path(os.path.realpath(path))
    try:
        real.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(path, error) from error
    with file_locked(real.with_name(f".{real.name}.lock"), f"baseline {path}", patience_s):
        yield


def writable(directory: Path) -> None:
    """Raises VidcompressError unless baselines can be written there: better before measuring than after."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            pass
    except OSError as error:
        raise _unwritable(directory, error) from error


def _document(path: Path) -> dict[str, Any]:
    try:
        content = json_object(read_json(path), "a baseline")
    except (FileNotFoundError, NotADirectoryError):
        return {"schema": SCHEMA, "variants": {}}
    except OSError as error:
        raise _broken(path, f"cannot be read ({error.strerror or error})") from error
    except Malformed as error:
        raise _broken(path, f"cannot be read ({error})") from error
    # True is 1 to Python.
    if content.get("schema") != SCHEMA or isinstance(content["schema"], bool):
        schema = repr(content.get("schema"))[:60]
        raise VidcompressError(
            f"baseline {path} has schema {schema}, expected {SCHEMA}; use the version of "
            "pytest-vidcompress that wrote it, or delete it and run with --vc-baseline=create"
        )
    return content


def _replace(path: Path, document: Mapping[str, Any]) -> None:
    text = json.dumps(document, indent=2, sort_keys=True, allow_nan=False, ensure_ascii=False) + "\n"
    temporary: str | None = None
    # Where a link leads: it goes on leading there.
    real = Path(os.path.realpath(path))
    try:
        real.parent.mkdir(parents=True, exist_ok=True)
        # In the same folder, because a rename across file systems is a copy.
        handle, temporary = tempfile.mkstemp(dir=real.parent, prefix=f".{real.name}.", suffix=".tmp")
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        # mkstemp keeps it to its owner; a baseline is for everybody.
        Path(temporary).chmod(0o644)
        Path(temporary).replace(real)
    except OSError as error:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        raise _unwritable(path, error) from error


def _broken(path: Path, what: str) -> VidcompressError:
    what = " ".join(what.split())
    return VidcompressError(
        f"baseline {path} {what}; "
        "restore it from version control, or delete it and run with --vc-baseline=create"
    )


def _unwritable(path: Path, error: OSError) -> VidcompressError:
    return VidcompressError(
        f"baseline {path} cannot be written ({error.strerror or error}); "
        "make it writable or choose another folder with --vc-baselines"
    )
