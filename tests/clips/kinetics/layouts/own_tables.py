"""Tables of somebody's own videos, laid out and refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_vidcompress.clips.kinetics.read import read_kinetics
from pytest_vidcompress.errors import VidcompressError

VIDEOS = ("val/a,b.mp4", "val/two words.mp4")


def lay_out(folder: Path, text: str, name: str = "mine.csv") -> Path:
    """A table beside two videos whose names have a comma and a blank."""
    for video in VIDEOS:
        (folder / video).parent.mkdir(parents=True, exist_ok=True)
        (folder / video).touch()
    (folder / name).write_bytes(text.encode("utf-8"))
    return folder / name


def check_refused(table: Path, said: str) -> None:
    with pytest.raises(VidcompressError) as caught:
        read_kinetics(table)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
