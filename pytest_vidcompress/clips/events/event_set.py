"""The packaged set of long clips with several labels each, small enough to come with the plugin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..clip import Clip, ClipSet
from ..kinetics.read import read_kinetics

NAME = "events"
FOLDER = Path(__file__).parent / "main"
"""`val.csv`, a list with several labels a clip, and `val/` with the videos."""
SPARE = Path(__file__).parent / "spare"
"""Likewise, with other clips."""


def events() -> ClipSet:
    """The clip set `events`. `clips.events.event_files` wrote its files.

    Raises:
        VidcompressError: the files did not come with the installation.
    """
    return replace(read_kinetics(FOLDER, NAME), spare=read_kinetics(SPARE).clips, training=_rendered)


def _rendered() -> Sequence[Clip]:
    from .rendered_events import RenderedEvents

    return RenderedEvents()
