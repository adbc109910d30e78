"""A view of an index: a graph of exactly what is in it, made or brought up to date before it is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from time import monotonic

import numpy as np

from ...present.wording import count
from ..index.index_file import Index
from ..index.rows import Row, Seal
from ..vector_formats import Bytes, as_bytes
from . import view_file
from .breadth import HELD_OUT, breadth_of
from .graph import PARAMETERS, Graph, Keys, usearch_version
from .view_file import About, Unusable

Progress = Callable[[str, int, int], None]
"""`(what, done, total)`."""
_MOST_CHANGED = 0.2
"""Of windows, since a graph was made whole: those that were removed stay in it as gaps."""


@dataclass(frozen=True)
class View:
    """A graph, and what its keys stand for."""

    about: About
    graph: Graph = field(repr=False)
    seals: Mapping[int, Seal] = field(repr=False)


def up_to_date(
    index: Index, file: Path, say: Callable[[str], None], progress: Progress | None = None, threads: int = 0
) -> View:
    """The view of what is in an index now. One that is stale is brought up to date, one that cannot be used is made
    anew, and either is kept beside the index for the next time.

    Any number of processes may do so at once: each has its own graph, and the file is always a whole one.

    Args:
        file: of the index.
        say: told in a line what was done; nothing where the view was up to date.
        threads: that add vectors; 0 for as many as there are cores.

    Raises:
        VidcompressError: usearch is not installed, or the index is damaged.
    """
    seals = {_key(seal): seal for seal in index.seals()}
    keys = np.sort(np.fromiter(seals, np.uint64, len(seals)))
    made_by, state = index.made_by, view_file.state_of(keys.tobytes())
    wanted = About(usearch_version(), PARAMETERS, made_by.stored, made_by.width)
    maker, place = _Maker(index, seals, wanted, threads, progress), view_file.beside(file)
    kept, why = _read(place, maker)
    if kept and kept.about.state == state:
        return kept
    began = monotonic()
    view, done = (maker.changed(kept) if kept else None) or maker.anew()
    done = f"approximate view {done}, in {monotonic() - began:.1f} s"
    try:
        view_file.write(place, view.about, view.graph.content())
    except OSError as error:
        done += f"; it cannot be kept ({error.strerror or error}), and is made anew the next time"
    say(f"{done}; the one that was there: {why}" if why else done)
    return view


def _read(place: Path, maker: _Maker) -> tuple[View | None, str]:
    """What is there, of whatever state; or None, and why."""
    try:
        about, content = view_file.read(place)
        if not about.is_as_made_by(maker.wanted):
            raise Unusable(f"it is of usearch {about.usearch}, {about.stored} vectors of {about.width}")
        graph = maker.graph()
        graph.fill(content)
    except Unusable as unusable:
        return None, str(unusable)
    return View(about, graph, maker.seals), ""


def _key(seal: Seal) -> int:
    """63 bits of what tells a window from every other. Of a million two are alike in one of ten million indexes; then
    one of them is not found."""
    digest, place, checksum = seal
    return int.from_bytes(sha256(f"{digest} {place} {checksum}".encode()).digest()[:8], "little") >> 1


@dataclass(frozen=True)
class _Maker:
    """Makes a view of an index.

    Args:
        seals: of all windows, by key.
        wanted: what the view is to be of; its breadth is not known yet.
    """

    index: Index
    seals: Mapping[int, Seal]
    wanted: About
    threads: int
    progress: Progress | None

    def graph(self) -> Graph:
        return Graph(self.wanted.stored, self.wanted.width, self.threads)

    def anew(self) -> tuple[View, str]:
        keys, rows = self._rows(self.index.rows())
        graph = self.graph()
        # Drawn, not the last: those may be of one video.
        order = np.random.default_rng(0).permutation(len(keys))
        held, rest = np.split(order, [min(HELD_OUT, len(keys) // 10)])
        self._add(graph, keys[rest], rows[rest])
        breadth, recall = breadth_of(graph, keys[rest], rows[rest], rows[held])
        self._add(graph, keys[held], rows[held])
        return self._view(graph, keys, breadth, recall), f"made of {count(len(keys), 'window')}"

    def changed(self, kept: View) -> tuple[View, str] | None:
        """One of another state, brought up to date; None where too much has changed since it was made whole."""
        about, there = kept.about, {*kept.graph.keys.tolist()}
        added = [key for key in self.seals if key not in there]
        gone = [key for key in there if key not in self.seals]
        changes = about.changes + len(added) + len(gone)
        if changes > _MOST_CHANGED * about.windows:
            return None
        keys, rows = self._rows(self.index.rows(self.seals[key] for key in added))
        kept.graph.remove(np.array(gone, np.uint64))
        self._add(kept.graph, keys, rows)
        view = self._view(kept.graph, kept.graph.keys, about.breadth, about.recall, changes)
        return view, f"brought up to date: {len(keys):,} added, {len(gone):,} gone"

    def _view(self, graph: Graph, keys: Keys, breadth: int, recall: float, changes: int = 0) -> View:
        state, windows = view_file.state_of(np.sort(keys).tobytes()), len(keys)
        now = replace(
            self.wanted, state=state, windows=windows, breadth=breadth, recall=recall, changes=changes
        )
        return View(now, graph, self.seals)

    def _rows(self, rows: Sequence[Row]) -> tuple[Keys, Bytes]:
        """Keys and vectors as they are stored."""
        keys = np.array([_key((row[0], row[1], row[-1])) for row in rows], np.uint64)
        return keys, as_bytes([row[4] for row in rows], self.wanted.stored, self.wanted.width)

    def _add(self, graph: Graph, keys: Keys, rows: Bytes) -> None:
        progress = self.progress
        graph.add(keys, rows, progress and (lambda done: progress("windows", done, len(keys))))
