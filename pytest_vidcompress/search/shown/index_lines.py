"""What came of indexing a folder, for people."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ...present.printable import printable
from ...present.wording import count
from ..index.made_by import MadeBy

if TYPE_CHECKING:
    from ..index.index_folder import Tally


def index_lines(tally: Tally, totals: tuple[int, int], made_by: MadeBy, file: Path) -> Iterator[str]:
    """What could not be indexed, what changed, and what is there now.

    Args:
        totals: files that can be found, and windows.
        file: of the index.
    """
    for path, reason in tally.refused:
        yield printable(f"not indexed: {path}: {reason}")
    if tally.others:
        kinds = ", ".join(f"{suffix} {number:,}" for suffix, number in sorted(tally.others.items()))
        yield printable(f"{count(tally.others.total(), 'file')} not called as videos are: {kinds}")
    changes = [
        f"{count(tally.added, 'video')} new, in {count(tally.windows, 'window')}",
        f"{tally.moved:,} known by content",
        f"{tally.unchanged:,} unchanged",
        f"{tally.gone:,} gone",
    ]
    yield "; ".join(changes)
    files, windows = totals
    yield printable(
        f"{file}: {count(files, 'file')}, {count(windows, 'window')}, {made_by.width} numbers each as"
        f" {made_by.stored} ({made_by.embedding}), by {made_by.words}"
    )
