"""Times calls of cells, a process for each number of threads: what fails there ends that process, and no other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..latency.fresh_process import ForkServer
from .cell import Arm, Cell
from .cell_times import Turn

SERVER = "pytest_vidcompress.measure.grid.cell_server"
"""The module that each process runs."""
BUILD_PATIENCE_S = 900.0
"""For what loads or is called for the first time; a compiler may take minutes."""
SLOWER = 100
"""Times what a call took that is waited for: on a machine that is busy."""
LEAST_PATIENCE_S = 30.0


class CellTimer:
    """Loads an arm into a process when its first cell is asked for; `close` it.

    Args:
        arms: the files that they are in.
        pixels: the file with the clips that calls are made with, `(N, T, C, H, W)`.
        clips: how many these are.
        start: makes a process of `SERVER`.
    """

    def __init__(
        self, arms: Mapping[Arm, Path], pixels: Path, clips: int, start: Callable[[], ForkServer]
    ) -> None:
        self._arms = arms
        self._pixels = pixels
        self._clips = clips
        self._start = start
        self._servers: dict[int, ForkServer] = {}
        """By number of threads."""
        self._ready: dict[Cell, float] = {}
        """Cells that their process has called, and the seconds of such a call."""
        self._loaded: set[tuple[int, Arm]] = set()

    def ready(self, cell: Cell) -> float:
        """Seconds of a call of a cell whose arm is loaded and has been called.

        Raises:
            FreshProcessError: it fails, or ends its process.
        """
        self._server(cell.threads)  # a new one knows no cell
        if cell not in self._ready:
            # The first one loads and builds; of the others a neighbour may disturb one.
            self._ready[cell] = min(self._ask(cell, 0, 2, 1, BUILD_PATIENCE_S))
        return self._ready[cell]

    def turn(self, cell: Cell, number: int, calls: int, waking: int) -> Turn:
        """Seconds of so many calls, of clips that the number of the round says, the same for all cells.

        Args:
            waking: calls before them that do not count.

        Raises:
            FreshProcessError: one fails, or ends its process.
        """
        call_s = self.ready(cell)
        return self._ask(cell, number, calls, waking, LEAST_PATIENCE_S + SLOWER * call_s * (calls + waking))

    def close(self) -> None:
        """Ends the processes."""
        for server in self._servers.values():
            server.close()
        self._servers.clear()

    def _ask(self, cell: Cell, number: int, calls: int, waking: int, patience_s: float) -> Turn:
        server, arm = self._server(cell.threads), str(cell.arm)
        if (cell.threads, cell.arm) not in self._loaded:
            server.ask({"load": str(self._arms[cell.arm]), "arm": arm}, BUILD_PATIENCE_S)
            self._loaded.add((cell.threads, cell.arm))
        clips = window(number, cell.batch, self._clips)
        request: dict[str, Any] = {"time": arm, "clips": clips, "calls": calls, "waking": waking}
        seconds: list[float] = server.ask(request, patience_s)["seconds"]
        return tuple(seconds)

    def _server(self, threads: int) -> ForkServer:
        """The one that serves already, or a new one in place of one that has ended."""
        if threads not in self._servers or self._servers[threads].ended:
            self._loaded = {each for each in self._loaded if each[0] != threads}
            self._ready = {cell: s for cell, s in self._ready.items() if cell.threads != threads}
            server = self._servers[threads] = self._start()
            server.ask({"threads": threads, "pixels": str(self._pixels)})
        return self._servers[threads]


def window(number: int, batch: int, clips: int) -> Sequence[int]:
    """Which of `clips` are the batch of a round: from the round's own on, and round again where they are too few."""
    return [(number + place) % clips for place in range(batch)]
