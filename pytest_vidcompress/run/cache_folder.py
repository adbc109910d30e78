"""Where decoded clips and predictions are kept from run to run."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder(given: Path | None) -> Path:
    """What `--vc-cache` names; without it `$PYTEST_VIDCOMPRESS_CACHE`, or the user's cache folder."""
    if given is not None:
        return given
    if os.environ.get("PYTEST_VIDCOMPRESS_CACHE"):
        return Path(os.environ["PYTEST_VIDCOMPRESS_CACHE"])
    from platformdirs import user_cache_path

    return user_cache_path("pytest-vidcompress")
