"""Decodes a folder of files over and over: `python -m tests.clips.decode.opens FOLDER`; prints what memory did.

Two lines: resident bytes after the warm-up, and at the end.
"""

from __future__ import annotations

import resource
import sys
from contextlib import suppress
from pathlib import Path

from pytest_vidcompress.clips.decode.decode import Undecodable, decode

WARM, OPENS = 300, 2000


def open_all(paths: list[Path], times: int) -> int:
    """Decodes the files in turn; resident bytes afterwards."""
    for number in range(times):
        with suppress(Undecodable):
            decode(paths[number % len(paths)], lambda count, fps: [0, count // 2, count - 1])
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()


if __name__ == "__main__":
    files = sorted(Path(sys.argv[1]).iterdir())
    print(open_all(files, WARM))
    print(open_all(files, OPENS))
