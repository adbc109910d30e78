"""The packaged clip set: sixteen classes of motion, small enough to come with the plugin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..clip import Clip, ClipSet
from ..kinetics.read import read_kinetics

NAME = "pocket"
FOLDER = Path(__file__).parent / "main"
"""Laid out like Kinetics: `val.csv`, and `val/` with the videos."""
SPARE = Path(__file__).parent / "spare"
"""Likewise, with other clips of the same classes."""


def pocket() -> ClipSet:
    """The clip set `pocket`. `clips.pocket.encoder` wrote its files.

    Raises:
        VidcompressError: the files did not come with the installation.
    """
    return replace(read_kinetics(FOLDER, NAME), spare=read_kinetics(SPARE).clips, training=_rendered)


def _rendered() -> Sequence[Clip]:
    from .rendered import RenderedClips

    return RenderedClips()
