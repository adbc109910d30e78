"""Where a file is, as a link of a page has it, whatever bytes are in its name. Pure, but for where the process is."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote


def file_address(file: Path, folder: Path) -> str:
    """From a page in `folder`: what lies there or below goes with it when it is moved, other files by where they are.

    Percent-encoded: no name ends the address, adds a query or a fragment to it, or is taken for a scheme.
    """
    # Links are part of how files lie beside each other.
    there, here = (Path(os.path.abspath(each)) for each in (file, folder))  # noqa: PTH100
    if there.is_relative_to(here):
        return quote(os.fsencode(there.relative_to(here).as_posix()))
    return "file://" + quote(os.fsencode(there.as_posix() if there.drive == "" else f"/{there.as_posix()}"))
