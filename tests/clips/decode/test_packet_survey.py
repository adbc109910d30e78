"""What headers say is held against the packets."""

from __future__ import annotations

import struct
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from pytest_vidcompress.clips.decode.decode import decode
from tests.clips.decode.footage import film, greys

TWO_SECONDS_APART = {"g": "24", "bf": "0", "sc_threshold": "0", "qp": "0", "threads": "1"}


@pytest.fixture(scope="module")
def trim(tmp_path_factory: pytest.TempPathFactory) -> Callable[[float, float], Path]:
    """A film of 100 frames at 25 a second, of which an edit list shows a part, as phones trim."""
    path = tmp_path_factory.mktemp("trimmed") / "clip.mp4"
    film(path, greys([2 * k for k in range(100)]), fps=25, options=TWO_SECONDS_APART)
    whole = path.read_bytes()
    at = whole.find(b"elst") - 4
    header = whole.find(b"mdhd") + 4
    (scale,) = struct.unpack(">I", whole[header + 12 : header + 16])

    def trimmed(start_s: float, shown_s: float) -> Path:
        edit = struct.pack(">Ii", int(1000 * shown_s), int(start_s * scale))
        path.write_bytes(whole[: at + 16] + edit + whole[at + 24 :])
        return path

    return trimmed


@pytest.mark.parametrize(
    ("start_s", "shown_s", "count", "ends"),
    [(0, 4, 100, (0, 198)), (0, 2, 50, (0, 98)), (2, 2, 50, (100, 198)), (0, 0.5, 13, (0, 24))],
)
def test_a_trimmed_film_is_what_its_edit_list_shows(
    start_s: float,
    shown_s: float,
    count: int,
    ends: tuple[int, int],
    trim: Callable[[float, float], Path],
) -> None:
    decoded = decode(trim(start_s, shown_s), lambda count, fps: [0, count - 1])
    assert (decoded.count, decoded.fps) == (count, 25.0)
    assert [round(float(np.median(frame))) for frame in decoded.pixels] == pytest.approx(ends, abs=1)


def recorded(path: Path, said: int, seen: int, count: int = 60) -> Path:
    """A film whose header says another rate than its times."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libvpx", rate=said, options={"deadline": "realtime", "cpu-used": "8"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.time_base = Fraction(1, 1000)
        for number in range(count):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), number, np.uint8), format="rgb24")
            frame.pts, frame.time_base = number * 1000 // seen, Fraction(1, 1000)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return path


@pytest.mark.parametrize(
    ("said", "seen", "fps"),
    [(30, 30, 30.0), (1000, 30, 30.0), (1, 30, 30.0), (25, 24, 25.0), (200, 12, 12.0)],
)
def test_a_rate_that_the_times_contradict_is_not_believed(
    said: int, seen: int, fps: float, tmp_path: Path
) -> None:
    decoded = decode(recorded(tmp_path / "clip.webm", said, seen), lambda count, fps: [0])
    assert decoded.fps == pytest.approx(fps, rel=0.02)


def test_the_rate_of_a_single_frame_is_the_headers(tmp_path: Path) -> None:
    decoded = decode(film(tmp_path / "clip.mkv", greys([9]), fps=12), lambda count, fps: [0])
    assert (decoded.count, decoded.fps) == (1, 12.0)
