"""Small real videos, and the folder of real media where there is one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.clips.decode.footage import LEVELS, film, greys

WriteVideo = Callable[..., Path]
_MEDIA = Path(__file__).parents[3] / "shared" / "media"


@pytest.fixture(scope="session")
def media() -> Path:
    """The folder with `kinetics400` and `odd`."""
    if not _MEDIA.is_dir():
        pytest.skip("no folder of real media beside the checkout")
    return _MEDIA


@pytest.fixture
def write_video() -> WriteVideo:
    """Writes a video whose frames are flat greys, losslessly; see `_write`."""
    return _write


def _write(
    path: Path,
    levels: Sequence[int] = LEVELS,
    *,
    width: int = 64,
    height: int = 48,
    noise: float = 0.0,
    faststart: bool = False,
    **how: Any,
) -> Path:
    muxing = {"movflags": "+faststart"} if faststart else {}
    return film(path, greys(levels, width=width, height=height, noise=noise), muxing=muxing, **how)
