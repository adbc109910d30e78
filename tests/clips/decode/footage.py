"""Writes small real videos of known pictures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from av.stream import Disposition

Picture = npt.NDArray[np.uint8]
LEVELS = tuple(range(0, 200, 20))
LOSSLESS = {"qp": "0", "threads": "1"}


def greys(
    levels: Iterable[int], *, width: int = 64, height: int = 48, noise: float = 0.0, top: int = 255
) -> list[Picture]:
    """Pictures flat but for their upper edge, which is of grey `top`: it tells which way is up."""
    rng = np.random.default_rng(0)
    pictures: list[Picture] = []
    for level in levels:
        picture = level + noise * rng.standard_normal((height, width, 3))
        picture[: height // 8] = top
        pictures.append(np.clip(picture, 0, 255).astype(np.uint8))
    return pictures


def scene(count: int, *, width: int = 96, height: int = 64) -> list[Picture]:
    """Pictures in which things move over a texture, so that every frame refers to others."""
    rng = np.random.default_rng(1)
    texture = rng.integers(0, 255, (height * 2, width * 2, 3)).astype(np.float64)
    for axis in (0, 1):
        texture = (texture + np.roll(texture, 1, axis) + np.roll(texture, 2, axis)) / 3
    pictures: list[Picture] = []
    for number in range(count):
        picture = np.roll(texture, (number, 2 * number), (0, 1))[:height, :width].copy()
        left = 3 * number % (width - 16)
        picture[10:30, left : left + 16] = (240, 20 * number % 255, 10)
        pictures.append(np.clip(picture, 0, 255).astype(np.uint8))
    return pictures


def film(
    path: Path,
    pictures: Sequence[Picture],
    *,
    fps: int = 10,
    codec: str = "libx264",
    pixels: str = "yuv420p",
    options: Mapping[str, str] = LOSSLESS,
    muxing: Mapping[str, str] | None = None,
    kind: str | None = None,
    rotation: int = 0,
    times: Sequence[int] | None = None,
    title: str = "",
    before: Sequence[Picture] = (),
    sound: bool = False,
) -> Path:
    """Encodes pictures to a file.

    Args:
        path: the file; its suffix names the container unless `kind` does.
        pictures: of one size.
        fps: frames per second.
        codec: an encoder's name.
        pixels: pixel format.
        options: the encoder's.
        muxing: the container's options.
        kind: a container's name.
        rotation: degrees, in the header alone.
        times: when each picture is shown, in frames; one after the other if None.
        title: written to the metadata.
        before: pictures of another video stream, the first in the file.
        sound: whether there is a stream of it, too.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", format=kind, options=dict(muxing or {})) as container:
        container.metadata.update({"title": title} if title else {})
        streams: list[tuple[Any, Sequence[Picture]]] = []
        for shown in filter(len, (before, pictures)):
            stream = container.add_stream(codec, rate=fps, options=dict(options))
            stream.height, stream.width = shown[0].shape[:2]
            stream.pix_fmt = pixels
            if shown is pictures:
                stream.disposition = Disposition.default
            if rotation:
                stream.set_display_rotation(rotation)
            streams.append((stream, shown))
        noise = container.add_stream("aac", rate=8000) if sound else None
        for stream, shown in streams:
            for number, picture in enumerate(shown):
                frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
                if times is not None:
                    frame.pts, frame.time_base = times[number], Fraction(1, fps)
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
        if noise is not None:
            silence = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.float32), "fltp", "mono")
            silence.sample_rate = 8000
            container.mux([*noise.encode(silence), *noise.encode()])
    return path


def flat(path: Path, width: int, height: int, count: int) -> Path:
    """A film of one grey, whatever its size some hundred kilobytes."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=25, options={"preset": "ultrafast", "threads": "1"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        frame = av.VideoFrame(width, height, "yuv420p")
        for plane in frame.planes:
            plane.update(bytes([128]) * plane.buffer_size)
        for number in range(count):
            frame.pts = number
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return path
