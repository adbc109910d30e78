"""A folder of crops that is kept within a size: what was not used for longest goes first.

Any number of processes may use the same folder, and none waits for another. An entry appears whole or not at
all, and carries a seal that shows whether it still is what was written, and by somebody with the same secret.
"""

from __future__ import annotations

import math
import os
import re
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import Lock
from typing import BinaryIO

import torch

from .seal import SEAL_BYTES, sealed

_OURS = re.compile(r"[0-9a-f]{64}(\.crops|\.safetensors|\..*\.part)")
"""Whatever else is in the folder is somebody else's. The second kind is what version 0.1 wrote at first."""
_FORGOTTEN_S = 3600.0
"""Age at which the writer of a part must have been killed: a write takes milliseconds."""
_WRITERS = 8
"""Writers at once that cannot exceed the limit together; each takes this part of the space that is left."""


class Shelf:
    """Crops by key.

    Args:
        folder: made if need be; one that cannot be written is warned of once.
        limit: bytes that all entries may take together.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder = folder
        self._limit = limit
        self._lock = Lock()
        self._allowance = 0
        """Bytes that may be written before the folder must be looked at again."""

    def __reduce__(self) -> tuple[type[Shelf], tuple[Path, int]]:
        return type(self), (self._folder, self._limit)

    def read(self, key: str, shape: Sequence[int]) -> torch.Tensor | None:
        """The crops written under `key`, uint8 of this shape; None where there are none, or damaged ones."""
        entry = self._entry(key)
        content = bytearray(SEAL_BYTES + math.prod(shape))
        try:
            with entry.open("rb") as file:
                status = os.fstat(file.fileno())
                if status.st_size != len(content) or file.readinto(content) != len(content):
                    return None
        except OSError:
            return None
        crops = memoryview(content)[SEAL_BYTES:]
        if bytes(content[:SEAL_BYTES]) != sealed(key.encode(), crops):
            return None
        with suppress(OSError):
            # File systems seldom note by themselves when a file was read.
            os.utime(entry, ns=(time.time_ns(), status.st_mtime_ns))
        return torch.frombuffer(content, dtype=torch.uint8, offset=SEAL_BYTES).view(*shape)

    def write(self, key: str, crops: torch.Tensor) -> None:
        """Keeps crops, and drops others where there is no room; none that are larger than the limit."""
        content = crops.contiguous().numpy().data.cast("B")
        size = SEAL_BYTES + len(content)
        if size > self._limit:
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(".part", f"{key}.", self._folder)
            try:
                with os.fdopen(descriptor, "wb") as part:
                    _fill(part, sealed(key.encode(), content), content)
                self._make_room(size)
                # Another process may write the same entry; a reader must never see half of one.
                Path(name).replace(self._entry(key))
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
        except OSError as error:
            _warn_unwritable(self._folder, error.strerror or str(error))

    def trim(self) -> None:
        """Drops what exceeds the limit, and what killed processes left."""
        with suppress(OSError), self._lock:
            self._sweep()

    def _entry(self, key: str) -> Path:
        return self._folder / f"{key}.crops"

    def _make_room(self, size: int) -> None:
        """For a part that is on disk already.

        No lock: whoever looks at the folder after that counts the part too, so that of two writers the later
        one sees both. One that is renamed at the very moment of the look is seen by the next.
        """
        with self._lock:
            if size > self._allowance:
                self._sweep()
            self._allowance = max(self._allowance - size, 0)

    def _sweep(self) -> None:
        total = 0
        entries: list[tuple[int, int, Path]] = []
        for path, status in self._found():
            if path.suffix == ".part":
                if time.time() - status.st_mtime > _FORGOTTEN_S:
                    path.unlink(missing_ok=True)
                    continue
            else:
                entries.append((status.st_atime_ns, status.st_size, path))
            total += status.st_size
        if total > self._limit:
            entries.sort()
            # Some more than must be, so that not every write has to look.
            enough = self._limit * (_WRITERS - 1) // _WRITERS
            for _, size, path in entries:
                if total <= enough:
                    break
                # Some systems refuse while it is being read.
                with suppress(PermissionError):
                    path.unlink(missing_ok=True)
                    total -= size
        self._allowance = max(self._limit - total, 0) // _WRITERS

    def _found(self) -> Iterator[tuple[Path, os.stat_result]]:
        with os.scandir(self._folder) as found:
            for each in found:
                if _OURS.fullmatch(each.name):
                    # Another process may have dropped it by now.
                    with suppress(FileNotFoundError):
                        yield Path(each.path), each.stat(follow_symlinks=False)


def _fill(part: BinaryIO, seal: bytes, crops: memoryview) -> None:
    part.write(seal)
    part.write(crops)


@cache
def _warn_unwritable(folder: Path, reason: str) -> None:
    warnings.warn(
        f"decoded clips are not kept, {folder} cannot be written ({reason}): see --vc-cache", stacklevel=2
    )
