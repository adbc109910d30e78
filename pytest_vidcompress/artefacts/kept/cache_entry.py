"""A learned variant in the cache: it appears whole or not at all, and carries a seal that takes the cache's secret to
make, so that a cache that was restored from elsewhere turns nothing green.

    entry = CacheEntry.of(folder, facts)
    with entry.locked("distil of videomae", waiting):
        model = entry.read(reference, techniques) or train(entry.checkpoints)
"""

from __future__ import annotations

import json
import math
import os
import re
import shutil
import time
import warnings
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from ...clips.crops.seal import sealed
from ...compress.recipe import Recipe
from ...errors import VidcompressError
from ...models.model import Model
from ...processes.file_lock import locked
from ..manifest import FILE as MANIFEST
from .learned_record import LearnedRecord
from .stored_model import store, take

if TYPE_CHECKING:
    from ...compress.technique import Technique

FORMAT = 1
"""Raise it when an entry means something else than before."""
OLDEST_DAYS = 90
"""What nobody used for so long is removed."""
_OURS = re.compile(r"[0-9a-f]{40}(\.new|\.training)?")
"""Folders that may be removed. Locks are empty files and stay: who removes one may remove it under somebody's hand.
Whatever else is there is somebody else's."""
_ARTEFACT, _SEAL = "artefact", "seal"


@dataclass(frozen=True)
class CacheEntry:
    """The place of one variant, whether or not something is there."""

    folder: Path
    """Of all entries."""
    key: bytes
    """Of what decided the variant, sealed: who does not know the secret cannot know an entry's name."""

    @classmethod
    def of(cls, folder: Path, facts: Mapping[str, str]) -> CacheEntry:
        """The entry of the variant that is decided by these facts and no others."""
        return cls(folder, sealed(json.dumps({"format": str(FORMAT), **facts}, sort_keys=True).encode()))

    @property
    def place(self) -> Path:
        return self.folder / sha256(self.key).hexdigest()[:40]

    @property
    def artefact(self) -> Path:
        """The folder in it that says nothing of this cache."""
        return self.place / _ARTEFACT

    @property
    def checkpoints(self) -> Path:
        """The folder of a training under way; gone when its variant is there."""
        return self.place.with_suffix(".training")

    def locked(self, what: str, waiting: Callable[[], None] | None = None) -> AbstractContextManager[None]:
        """Nobody else trains the same meanwhile; waits for whoever does.

        Args:
            what: the variant, for messages.
            waiting: called while somebody else trains it, several times a second.

        Raises:
            VidcompressError: the folder cannot be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise VidcompressError(
                f"{self.folder} cannot be made ({error.strerror or error}): see --vc-cache"
            ) from error
        return locked(self.place.with_suffix(".lock"), what, math.inf, waiting)

    def forget_checkpoints(self, before: float) -> None:
        """Removes those of a training that was interrupted before a moment, in seconds since the epoch.

        Raises:
            VidcompressError: they cannot be removed.
        """
        for file in self.checkpoints.glob("*"):
            try:
                if file.stat().st_mtime < before:
                    file.unlink()
            except FileNotFoundError:
                continue
            except OSError as error:
                raise VidcompressError(
                    f"{file} is the checkpoint of a training that is to begin anew, and cannot be removed"
                    f" ({error.strerror or error}): remove it"
                ) from error

    def made_since(self, moment: float) -> bool:
        """Is it there, and was it made after that, in seconds since the epoch?"""
        with suppress(OSError):
            return (self.artefact / MANIFEST).stat().st_mtime >= moment
        return False

    def read(self, reference: Model, techniques: Mapping[str, Technique]) -> Model | None:
        """What is there, as `stored_model.take`; None where nothing is. Of what is damaged, or was made under another
        secret, it warns."""
        if not self.place.is_dir():
            return None
        try:
            if (self.place / _SEAL).read_bytes() != self._seal(self.place):
                raise VidcompressError("its seal is not of this cache's secret")
            # Used now; in a cache that is somebody else's, or read-only, nobody cares.
            with suppress(OSError):
                os.utime(self.place / _SEAL)
            return take(self.artefact, reference, techniques)
        except (OSError, VidcompressError) as error:
            warnings.warn(f"a kept variant is not taken, {self.place} is damaged ({error})", stacklevel=2)
            return None

    def write(self, model: Model, recipe: Recipe, record: LearnedRecord) -> None:
        """Puts a variant there; an older one stays until the new one is whole.

        Raises:
            VidcompressError: it cannot be written; the checkpoints stay.
        """
        self._put(lambda folder: store(model, recipe, record, folder))

    def adopt(self, artefact: Path) -> None:
        """Puts a variant there that somebody else has trained and kept.

        Raises:
            VidcompressError: it cannot be written.
        """
        self._put(lambda folder: shutil.copytree(artefact, folder))

    def _put(self, fill: Callable[[Path], object]) -> None:
        new = self.place.with_suffix(".new")
        shutil.rmtree(new, ignore_errors=True)
        try:
            fill(new / _ARTEFACT)
            (new / _SEAL).write_bytes(self._seal(new))
            shutil.rmtree(self.place, ignore_errors=True)
            new.replace(self.place)
        except OSError as error:
            raise VidcompressError(f"{self.place} cannot be written ({error.strerror or error})") from error
        finally:
            shutil.rmtree(new, ignore_errors=True)
        shutil.rmtree(self.checkpoints, ignore_errors=True)
        self._drop_old()

    def _seal(self, place: Path) -> bytes:
        """Of the manifest, which has the digest of every other file."""
        return sealed(self.key, (place / _ARTEFACT / MANIFEST).read_bytes())

    def _drop_old(self) -> None:
        oldest = time.time() - OLDEST_DAYS * 86400
        for path in self.folder.iterdir():
            with suppress(OSError):
                used = path / _SEAL if (path / _SEAL).is_file() else path
                if _OURS.fullmatch(path.name) and path.is_dir() and used.stat().st_mtime < oldest:
                    shutil.rmtree(path, ignore_errors=True)
