"""The packaged clip set: sixteen classes of motion, small enough to come with the plugin."""

from __future__ import annotations

from pathlib import Path

from .clip import ClipSet
from .kinetics import read_kinetics

NAME = "pocket"
FOLDER = Path(__file__).parent / NAME
"""Laid out like Kinetics: `val.csv`, and `val/` with the videos."""


def pocket() -> ClipSet:
    """The clip set `pocket`. `clips.encode` wrote its files.

    Raises:
        VidcompressError: the files did not come with the installation.
    """
    return read_kinetics(FOLDER, NAME)
