"""Films are shown turned and mirrored as their headers say."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from pytest_vidcompress.clips.decode.decode import decode
from tests.clips.decode.footage import film

ONE = 1 << 16
PICTURE = np.zeros((48, 64, 3), np.uint8)
PICTURE[:24, :32], PICTURE[:24, 32:], PICTURE[24:, :32] = 240, 160, 80
"""Quarters: 240 160 above 80 0."""


@pytest.mark.parametrize(
    ("matrix", "quarters"),
    [
        ((ONE, 0, 0, ONE), [[240, 160], [80, 0]]),
        ((-ONE, 0, 0, ONE), [[160, 240], [0, 80]]),
        ((ONE, 0, 0, -ONE), [[80, 0], [240, 160]]),
        ((-ONE, 0, 0, -ONE), [[0, 80], [160, 240]]),
        # A phone held upright, turned clockwise to be shown.
        ((0, ONE, -ONE, 0), [[80, 240], [0, 160]]),
        ((0, -ONE, ONE, 0), [[160, 0], [240, 80]]),
        ((0, ONE, ONE, 0), [[240, 80], [160, 0]]),
        ((0, -ONE, -ONE, 0), [[0, 160], [80, 240]]),
    ],
)
def test_each_corner_comes_where_the_matrix_puts_it(
    matrix: tuple[int, int, int, int], quarters: list[list[int]], tmp_path: Path
) -> None:
    path = film(tmp_path / "clip.mp4", [PICTURE])
    whole = path.read_bytes()
    at = whole.find(b"tkhd") + 44
    a, b, c, d = matrix
    path.write_bytes(whole[:at] + struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30) + whole[at + 36 :])
    shown = decode(path, lambda count, fps: [0]).pixels[0]
    height, width = shown.shape[:2]
    assert (height, width) == ((48, 64) if a else (64, 48))
    seen = [[int(shown[y, x, 0]) for x in (8, width - 8)] for y in (8, height - 8)]
    assert np.allclose(seen, quarters, atol=2)
