"""A learned variant in the store of runs that share their work: one of them trains it, and all measure the same.

learned/<forty digits>             a tar of its artefact, by everything that decided it; who comes first stays
learned/<forty digits>.training    who trains it now, and when that was last heard of
"""

from __future__ import annotations

import io
import json
import os
import platform
import tarfile
import tempfile
import threading
import warnings
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from ...artefacts.folder import read, verify
from ...artefacts.kept.cache_entry import CacheEntry
from ...artefacts.kept.learned_record import read_record
from ...artefacts.manifest import FILE as MANIFEST
from ...errors import VidcompressError
from ...processes.clock import sleep, today_s
from ..shards.stores.store import Store

LEARNED = "learned"
"""Folder of a store."""
FORMAT = 1
"""Raise it when a file there means something else than before."""
HEARD_S = 60.0
"""How often whoever trains says so."""
SILENT_S = 300.0
"""Who was not heard of for so long is gone."""
_LOOK_S = 2.0


@dataclass(frozen=True)
class SharedVariant:
    """The place of one in a store."""

    store: Store
    facts: Mapping[str, str]
    """That decided it."""
    digest: str

    @classmethod
    def of(cls, store: Store, facts: Mapping[str, str], made_with: Mapping[str, str]) -> SharedVariant:
        """The one that is decided by these facts, and made with these versions and this code."""
        whole = json.dumps({"format": str(FORMAT), **facts, **made_with}, sort_keys=True)
        return cls(store, facts, sha256(whole.encode()).hexdigest()[:40])

    @property
    def name(self) -> str:
        return f"{LEARNED}/{self.digest}"

    @property
    def is_there(self) -> bool:
        return self.store.has(self.name)

    def made_since(self, moment: float) -> bool:
        """Was it put there after that, in seconds since the epoch?"""
        entry = self.store.entries(LEARNED).get(self.digest)
        return entry is not None and entry.written_s >= moment

    def settle(self, entry: CacheEntry) -> None:
        """One for all: what the store has goes into the cache; where it has none, what the cache has goes there."""
        content = self.store.read(self.name)
        if content is None and entry.artefact.is_dir():
            self.store.write(self.name, _packed(entry.artefact))
            # Whoever came first.
            content = self.store.read(self.name)
        if content is not None:
            self._take(content, entry)

    def replace(self, entry: CacheEntry) -> None:
        """What the cache has takes the place of what is there."""
        self.store.replace(self.name, _packed(entry.artefact))

    @contextmanager
    def claimed(self, waiting: Callable[[], object] | None = None) -> Generator[None]:
        """Waits until it is there, or nobody else trains it; then others wait for this process.

        Args:
            waiting: called while somebody else trains it.
        """
        own = f"{platform.node() or 'somewhere'} {os.getpid()} {os.urandom(4).hex()}"
        while not (self.is_there or self._claim(own)):
            if waiting:
                waiting()
            sleep(_LOOK_S)
        ended = threading.Event()
        saying = threading.Thread(target=self._go_on_saying, args=(own, ended), daemon=True)
        saying.start()
        try:
            yield
        finally:
            ended.set()
            saying.join()
            if self._trainer() == own:
                self.store.remove(self._claim_name)

    @property
    def _claim_name(self) -> str:
        return f"{self.name}.training"

    def _claim(self, own: str) -> bool:
        """Is this process the one that trains it now?"""
        if self._trainer() is None:
            self.store.remove(self._claim_name)
            self.store.write(self._claim_name, _said(own))
        return self._trainer() == own

    def _trainer(self) -> str | None:
        """Who trains it and was heard of; None where nobody does."""
        with suppress(ValueError, TypeError, KeyError):
            found: dict[str, Any] = json.loads(self.store.read(self._claim_name) or b"")
            if today_s() - float(found["last_s"]) < SILENT_S:
                return str(found["by"])
        return None

    def _go_on_saying(self, own: str, ended: threading.Event) -> None:
        while not ended.wait(HEARD_S):
            with suppress(VidcompressError):
                if self._trainer() == own:
                    self.store.replace(self._claim_name, _said(own))

    def _take(self, content: bytes, entry: CacheEntry) -> None:
        with tempfile.TemporaryDirectory(prefix="vidcompress-") as temporary:
            folder = Path(temporary)
            try:
                _unpack(content, folder)
                verify(folder, read(folder))
                record = read_record(folder)
                if record is None or record.differences(self.facts):
                    raise VidcompressError("it was made of something else than its name says")
            except (tarfile.TarError, OSError, VidcompressError) as error:
                said = f"a learned variant is not taken, {self.store.place}/{self.name} is damaged ({error})"
                warnings.warn(said, stacklevel=2)
                self.store.remove(self.name)
                return
            if _manifest(folder) != _manifest(entry.artefact):
                entry.adopt(folder)


def _said(own: str) -> bytes:
    return json.dumps({"by": own, "last_s": today_s()}).encode()


def _manifest(folder: Path) -> bytes | None:
    with suppress(OSError):
        return (folder / MANIFEST).read_bytes()
    return None


def _packed(folder: Path) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        for file in sorted(folder.iterdir()):
            archive.add(file, file.name, recursive=False)
    return content.getvalue()


def _unpack(content: bytes, folder: Path) -> None:
    """Plain files alone, whatever else somebody put there."""
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        for member in archive:
            opened = archive.extractfile(member) if member.isfile() else None
            if opened is None or Path(member.name).name != member.name:
                raise VidcompressError(f"it holds {member.name!r}, which is no file of an artefact")
            (folder / member.name).write_bytes(opened.read())
