"""Small real videos, and the folder of real media where there is one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import av
import numpy as np
import pytest

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
    levels: Sequence[int] = range(0, 200, 20),
    *,
    fps: int = 10,
    width: int = 64,
    height: int = 48,
    rotation: int = 0,
    faststart: bool = False,
    noise: float = 0.0,
) -> Path:
    rng = np.random.default_rng(0)
    path.parent.mkdir(parents=True, exist_ok=True)
    options = {"movflags": "+faststart"} if faststart else {}
    with av.open(str(path), "w", options=options) as container:
        stream = container.add_stream("libx264", rate=fps, options={"qp": "0", "threads": "1"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        if rotation:
            stream.set_display_rotation(rotation)
        for level in levels:
            picture = level + noise * rng.standard_normal((height, width, 3))
            # The top row is white: which way is up.
            picture[: height // 8] = 255
            frame = av.VideoFrame.from_ndarray(np.clip(picture, 0, 255).astype(np.uint8), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path
