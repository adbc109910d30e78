"""One run of a user times at a time on this machine, because two would call each other slow.

Another user's run is like any other neighbour: what it disturbs is seen in the times. A lock that both could wait for
would have to lie where everybody may write, and anybody could hold it for ever.
"""

from __future__ import annotations

import os
import stat
import warnings
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING

from ...clips.crops.worker_pool import settle
from ...errors import VidcompressError
from ...processes.file_lock import locked

if TYPE_CHECKING:
    from ..accuracy.predict import Progress

PATIENCE_S = 600.0
"""Longest wait for the others: each times for seconds, or for the length of `--vc-confirm`."""
WAITING = "waiting for another run that is timing"
"""What is being done meanwhile, for whoever shows progress."""


@contextmanager
def machine_to_ourselves(progress: Progress | None = None) -> Generator[None]:
    """Waits until this process decodes nothing, and no other process of this user is timing.

    Args:
        progress: called while another run times.

    A lock that cannot be had is warned of; the times say by themselves when they are disturbed.
    """
    settle()
    waiting = partial(progress, WAITING, 0, 100) if progress else None
    with ExitStack() as stack:
        try:
            stack.enter_context(locked(_folder() / "timing.lock", "the clock", PATIENCE_S, waiting))
        except VidcompressError as error:
            warnings.warn(f"timing beside other runs: {error}", stacklevel=3)
        yield


def _folder() -> Path:
    """A folder that nobody but this user writes to, in the shared one for temporary files.

    Raises:
        VidcompressError: something else is there.
    """
    user = os.getuid() if hasattr(os, "getuid") else "user"
    folder = Path(gettempdir()) / f"pytest-vidcompress-{user}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        # Of the name itself: a link may lead into somebody else's folder.
        found = folder.lstat()
    except OSError as error:
        raise VidcompressError(f"{folder} cannot be made ({error.strerror or error}): set TMPDIR") from error
    writable = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and os.name == "posix"
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (user, 0) or writable:
        raise VidcompressError(
            f"{folder} is not a folder that this user alone may write to: remove it, or set TMPDIR"
        )
    return folder
