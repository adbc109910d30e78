"""Files of a folder in order, digested, decoded and looked at by threads ahead of whoever stores what they saw.

Each thread has a process to decode in where there is much to decode: what a damaged file does there ends nothing
else. Few or small videos are decoded in the thread itself: starting a process takes longer.
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
from threading import Event, Lock
from typing import Generic, TypeVar

import torch

from ...clips.crops.digest import digest
from ...clips.crops.prefetch import worthwhile
from ...clips.crops.windows import Part, PartJob, Span
from ...clips.crops.worker_pool import WorkerPool
from ...clips.faults import Undecodable
from ...measure.accuracy.threads import threads_kept
from .rows import IndexedFile
from .streams import Streams

T = TypeVar("T")
_MOST_WAITING = 1024
"""Files that are looked at ahead of the one that is taken: most of a folder may have been indexed before."""


@dataclass(frozen=True)
class _Seen(Generic[T]):
    """A part that was looked at."""

    windows: Sequence[T]
    """What was made of each of its windows."""
    rest: Sequence[PartJob]
    """What comes after it."""


@dataclass(frozen=True)
class _Begun(Generic[T]):
    """What is known of a file after its first part."""

    digest: str
    first: _Seen[T] | Undecodable | None
    """None where it was not decoded: the same content is another file's."""


@dataclass(frozen=True)
class ReadFile(Generic[T]):
    """A file, what was known of it, and what comes of reading it."""

    path: str
    """Below the folder."""
    file: Path
    known: IndexedFile | None
    """As the index had it."""
    status: os.stat_result | OSError
    begun: Future[_Begun[T]] | None = field(repr=False)
    """What a thread does with it; None where nothing is to be done."""
    reader: Reader[T] = field(repr=False)

    @property
    def now(self) -> IndexedFile:
        """Its content, size and time.

        Raises:
            OSError: it cannot be read.
        """
        if isinstance(self.status, OSError):
            raise self.status
        content = self.begun.result().digest if self.begun else self.known_content
        return IndexedFile(content, self.status.st_size, self.status.st_mtime_ns)

    @property
    def known_content(self) -> str:
        """Empty where size or time are not as they were."""
        if self.known is None or isinstance(self.status, OSError):
            return ""
        is_same = (self.known.size, self.known.changed_ns) == (self.status.st_size, self.status.st_mtime_ns)
        return self.known.digest if is_same else ""

    def windows(self) -> Iterator[T]:
        """What was made of its windows, in their order.

        Raises:
            Undecodable: the video does not give these frames; windows before that have been given.
        """
        return self.reader.windows(self.file, self.begun.result().first if self.begun else None)


class Reader(Generic[T]):
    """Reads the files of a folder.

    Args:
        folder: that paths are below of.
        first: how the first windows of a video are decoded.
        known: digests of contents that need no decoding.
        look: what is made of a window, from its place and its crops; called in several threads at a time.
        streams: these threads.
    """

    def __init__(
        self,
        folder: Path,
        first: PartJob,
        known: set[str],
        look: Callable[[Span, torch.Tensor], T],
        streams: Streams,
    ) -> None:
        self._folder, self._first, self._known, self._look = folder, first, known, look
        self._lock, self._stopped = Lock(), Event()
        self._most = 2 * streams.count
        self._threads = WorkerPool(streams.count, streams.begin)
        self._in_processes = False
        self._seconds = list[float]()
        """That decoding took of each part that was decoded in a thread."""

    def read(
        self, paths: Sequence[str], known: Callable[[str], IndexedFile | None]
    ) -> Generator[ReadFile[T]]:
        """Those at these paths, in this order. Close it to stop early: then no thread and no process is left.

        Args:
            known: a path -> what the index knows of the file.
        """
        waiting, being_read = deque[ReadFile[T]](), 0
        try:
            with threads_kept():
                for place, path in enumerate(paths):
                    left = len(paths) - place
                    self._in_processes = self._in_processes or bool(worthwhile(self._seconds, place, left))
                    waiting.append(self._begin(path, known(path)))
                    being_read += waiting[-1].begun is not None
                    while being_read > self._most or len(waiting) > _MOST_WAITING:
                        being_read -= waiting[0].begun is not None
                        yield waiting.popleft()
                yield from waiting
        finally:
            self._stopped.set()
            self._threads.close()

    def windows(self, file: Path, first: _Seen[T] | Undecodable | None) -> Iterator[T]:
        """What was made of all windows of a video; its parts are looked at side by side.

        Args:
            first: the first part, where it was looked at.

        Raises:
            Undecodable: the video does not give these frames; windows before that have been given.
        """
        if isinstance(first, Undecodable):
            raise first
        first = first or self._threads.submit(self._part, self._first, file).result()
        yield from first.windows
        rest = [self._threads.submit(self._part, job, file) for job in first.rest]
        try:
            for part in rest:
                yield from part.result().windows
        finally:
            for part in rest:
                part.cancel()

    def _begin(self, path: str, known: IndexedFile | None) -> ReadFile[T]:
        file = self._folder / path
        status = _status(file)
        found = ReadFile(path, file, known, status, None, self)
        if isinstance(status, OSError) or found.known_content in self._known:
            return found
        return replace(found, begun=self._threads.submit(self._digest_and_look, file, found.known_content))

    def _digest_and_look(self, file: Path, content: str) -> _Begun[T]:
        """In a thread: what another file has too is decoded once.

        Raises:
            OSError: the file cannot be read.
        """
        content = content or digest(file)
        with self._lock:
            if content in self._known:
                return _Begun(content, None)
            self._known.add(content)
        try:
            return _Begun(content, self._part(self._first, file))
        except Undecodable as error:
            return _Begun(content, error)

    def _part(self, job: PartJob, file: Path) -> _Seen[T]:
        part, made = self._decoded(job, file), list[T]()
        for span, crops in zip(part.spans, torch.from_numpy(part.crops), strict=True):
            if self._stopped.is_set():
                break  # nobody waits for it
            made.append(self._look(span, crops))
        return _Seen(made, job.after(part))

    def _decoded(self, job: PartJob, file: Path) -> Part:
        if self._in_processes:
            return self._threads.answer(job, file)
        began = time.perf_counter()
        try:
            return job(file)
        finally:
            self._seconds.append(time.perf_counter() - began)


def _status(file: Path) -> os.stat_result | OSError:
    """Of what can be read to its end: a pipe is not opened, whoever would have to write into it."""
    try:
        status = file.stat()
    except OSError as error:
        return error
    is_file = stat.S_ISREG(status.st_mode)
    return status if is_file else OSError(errno.EINVAL, "no regular file, such as a pipe or a device")
