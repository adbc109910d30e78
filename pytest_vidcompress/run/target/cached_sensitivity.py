"""The sensitivity of a model, measured once and kept in the cache, sealed."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from ...artefacts.kept.model_digest import model_digest
from ...artefacts.save import versions
from ...clips.crops.seal import SEAL_BYTES, sealed
from ...clips.loader import Clips
from ...measure.machine import machine
from ...measure.resume.source_files import own_source
from ...measure.sensitivity.ablation import measure_sensitivity
from ...measure.sensitivity.sensitivity import Sensitivity
from ...models.model import Model
from ...processes.whole_file import write_whole
from ...runtimes.torch_eager import version
from ...untrusted import Malformed, json_object, parse_json, read_file
from ..variants.learning_facts import sample_digest

if TYPE_CHECKING:
    from ...measure.accuracy.predict import Progress

FORMAT = 1
"""Raise it when what is kept means something else than before."""
_MOST_BYTES = 1 << 20


def cached_sensitivity(
    model: Model, clips: Clips, folder: Path, began: float, progress: Progress | None = None
) -> Sensitivity:
    """Takes it from the cache, or measures it and puts it there.

    Args:
        model: uncompressed.
        clips: those that techniques calibrate on.
        folder: of what is kept.
        began: when this process began to load code, seconds since the epoch.

    Raises:
        VidcompressError: nobody knows the blocks of such a model.
    """
    source = own_source(began)
    if source is None:
        # What runs may be older than what is on disk.
        return measure_sensitivity(model, clips, progress)
    key = sealed(json.dumps({**_facts(model, clips), "source": source}, sort_keys=True).encode())
    file = folder / f"{sha256(key).hexdigest()[:40]}.sensitivity"
    found = _read(file, key)
    if found is None:
        found = measure_sensitivity(model, clips, progress)
        _write(file, key, found)
    return found


def _facts(model: Model, clips: Clips) -> Mapping[str, str]:
    """What decides it: shares of time are of a machine."""
    return {
        "format": str(FORMAT),
        "name": model.name,
        "model": model_digest(model),
        "clips": sample_digest(clips),
        "machine": machine(version()).slug,
        "device": str(model.device),
        **versions(),
    }


def _read(file: Path, key: bytes) -> Sensitivity | None:
    try:
        content = read_file(file, _MOST_BYTES)
        if content[:SEAL_BYTES] != sealed(key, content[SEAL_BYTES:]):
            return None
        return Sensitivity.from_json(json_object(parse_json(content[SEAL_BYTES:]), "a sensitivity"))
    except (OSError, Malformed):
        return None


def _write(file: Path, key: bytes, found: Sensitivity) -> None:
    content = json.dumps(found.as_json(), sort_keys=True).encode()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, sealed(key, content) + content)
    except OSError as error:
        warnings.warn(f"a sensitivity is not kept, {file} cannot be written ({error.strerror})", stacklevel=2)
