"""Where decoded clips and predictions are kept from run to run."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..clips.crops.disk_cache import Shelf


def cache_folder(given: Path | None) -> Path:
    """What `--vc-cache` names; without it `$PYTEST_VIDCOMPRESS_CACHE`, or the user's cache folder."""
    if given is not None:
        return given
    if os.environ.get("PYTEST_VIDCOMPRESS_CACHE"):
        return Path(os.environ["PYTEST_VIDCOMPRESS_CACHE"])
    from platformdirs import user_cache_path

    return user_cache_path("pytest-vidcompress")


@cache
def open_shelf(folder: Path, size_bytes: int) -> Shelf | None:
    """Where decoded clips are kept, with no more in it than may be; None for nowhere."""
    from ..clips.crops.disk_cache import Shelf

    if not size_bytes:
        return None
    shelf = Shelf(folder, size_bytes)
    shelf.trim()
    return shelf
