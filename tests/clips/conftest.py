"""Small real videos."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.clips.decode.footage import LEVELS, film, greys

WriteVideo = Callable[..., Path]


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
