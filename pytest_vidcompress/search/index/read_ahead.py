"""Files of a folder in order, digested and decoded by worker processes ahead of whoever embeds them.

Few or small videos are read here, each when it is asked for, as `clips.crops.prefetch` does it.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock

from ...clips.crops.digest import digest
from ...clips.crops.prefetch import ahead, worthwhile
from ...clips.crops.windows import Part, PartJob, parts_of
from ...clips.crops.worker_pool import WorkerPool
from ...clips.faults import Undecodable
from .index_file import IndexedFile

_MOST_WAITING = 1024
"""Files that are looked at ahead of the one that is taken: most of a folder may have been indexed before."""
_Begun = tuple[str, Part | Undecodable | None]
"""Of a file: its digest, and its first windows, or why there are none; None where they were not decoded."""


@dataclass(frozen=True)
class ReadFile:
    """A file, what was known of it, and what comes of reading it."""

    path: str
    """Below the folder."""
    file: Path
    known: IndexedFile | None
    """As the index had it."""
    status: os.stat_result | OSError
    begun: Future[_Begun] | None = field(repr=False)
    """What workers do with it."""
    reader: Reader = field(repr=False)

    @property
    def now(self) -> IndexedFile:
        """Its content, size and time.

        Raises:
            OSError: it cannot be read.
        """
        if isinstance(self.status, OSError):
            raise self.status
        content = self.begun.result()[0] if self.begun else self.known_content or digest(self.file)
        return IndexedFile(content, self.status.st_size, self.status.st_mtime_ns)

    @property
    def known_content(self) -> str:
        """Empty where size or time are not as they were."""
        if self.known is None or isinstance(self.status, OSError):
            return ""
        is_same = (self.known.size, self.known.changed_ns) == (self.status.st_size, self.status.st_mtime_ns)
        return self.known.digest if is_same else ""

    def parts(self) -> Iterator[Part]:
        """Its windows; while somebody looks at one part the next is decoded.

        Raises:
            Undecodable: the video does not give these frames; parts before that have been given.
        """
        begun = self.begun.result()[1] if self.begun else None
        return self.reader.parts(self.file, begun)


class Reader:
    """Reads the files of a folder.

    Args:
        folder: that paths are below of.
        first: how the first windows of a video are decoded.
        known: digests of contents that need no decoding.
    """

    def __init__(self, folder: Path, first: PartJob, known: set[str]) -> None:
        self._folder, self._first, self._known = folder, first, known
        self._lock = Lock()
        self._pool: WorkerPool | None = None
        self._seconds = list[float]()
        """That decoding took of each video that was decoded here."""

    def read(self, paths: Sequence[str], look: Callable[[str], IndexedFile | None]) -> Generator[ReadFile]:
        """Those at these paths, in this order. Close it to stop early: then no worker is left.

        Args:
            look: a path -> what the index knows of the file.
        """
        waiting, being_read, most = deque[ReadFile](), 0, 0
        try:
            for place, path in enumerate(paths):
                if not self._pool and (workers := worthwhile(self._seconds, place, len(paths) - place)):
                    self._pool, most = WorkerPool(workers), ahead(workers, self._first.most_bytes)
                waiting.append(self._begin(path, look(path)))
                being_read += waiting[-1].begun is not None
                while being_read > most or len(waiting) > (_MOST_WAITING if self._pool else 0):
                    being_read -= waiting[0].begun is not None
                    yield waiting.popleft()
            yield from waiting
        finally:
            if self._pool:
                self._pool.close()

    def parts(self, file: Path, begun: Part | Undecodable | None) -> Iterator[Part]:
        """All windows of a video.

        Args:
            begun: the first of them, where they have been decoded.

        Raises:
            Undecodable: the video does not give these frames; parts before that have been given.
        """
        if isinstance(begun, Undecodable):
            raise begun
        if self._pool is None:
            yield from self._here(file)
            return
        job, part = self._first, begun or self._pool.submit(self._pool.answer, self._first, file).result()
        while not part.is_last:
            job = job.after(part)
            coming = self._pool.submit(self._pool.answer, job, file)
            yield part
            part = coming.result()
        yield part

    def _begin(self, path: str, known: IndexedFile | None) -> ReadFile:
        file = self._folder / path
        status = _status(file)
        found = ReadFile(path, file, known, status, None, self)
        if self._pool is None or isinstance(status, OSError) or found.known_content in self._known:
            return found
        return replace(
            found, begun=self._pool.submit(self._digest_and_decode, self._pool, file, found.known_content)
        )

    def _digest_and_decode(self, pool: WorkerPool, file: Path, content: str) -> _Begun:
        """In a thread of the pool: what another file has too is decoded once."""
        content = content or digest(file)
        with self._lock:
            if content in self._known:
                return content, None
            self._known.add(content)
        try:
            return content, pool.answer(self._first, file)
        except Undecodable as error:
            return content, error

    def _here(self, file: Path) -> Iterator[Part]:
        seconds, parts = 0.0, parts_of(file, self._first)
        try:
            while True:
                began = time.perf_counter()
                part = next(parts, None)
                seconds += time.perf_counter() - began
                if part is None:
                    return
                yield part
        finally:
            self._seconds.append(seconds)


def _status(file: Path) -> os.stat_result | OSError:
    """Of what can be read to its end: a pipe is not opened, whoever would have to write into it."""
    try:
        status = file.stat()
    except OSError as error:
        return error
    is_file = stat.S_ISREG(status.st_mode)
    return status if is_file else OSError(errno.EINVAL, "no regular file, such as a pipe or a device")
