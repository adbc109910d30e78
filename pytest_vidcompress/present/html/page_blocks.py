"""What a section of the page is made of: each block is drawn by the macro of its name in `blocks.html.j2`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class Cell:
    """Of a table."""

    text: str
    value: float | None = None
    """The number itself, for sorting and for copies; None: the text is."""
    style: str = ""
    """Classes of the style sheet."""
    title: str = ""
    detail: str = ""
    """Below the text, smaller."""


@dataclass(frozen=True)
class Table:
    """Its first column names the rows."""

    caption: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    note: str = ""
    words: frozenset[int] = frozenset({0})
    """Columns that are flush left, and may be broken."""
    kind: ClassVar[str] = "table"


@dataclass(frozen=True)
class Label:
    """A name at a point of a plot; the page's script finds a place for it."""

    x: float
    y: float
    text: str
    colour: str


@dataclass(frozen=True)
class Figure:
    """A plot, and the same numbers as a table, which is there without script."""

    name: str
    """Small letters and dashes; the page numbers it."""
    title: str
    about: str
    """What is to be seen, for those who cannot see it."""
    traces: Sequence[Mapping[str, Any]]
    layout: Mapping[str, Any]
    table: Table
    height: int = 380
    labels: Sequence[Label] = ()
    is_wide: bool = True
    kind: ClassVar[str] = "figure"

    @property
    def document(self) -> dict[str, Any]:
        """What the page's script draws."""
        labels = [
            {"x": each.x, "y": each.y, "text": each.text, "colour": each.colour} for each in self.labels
        ]
        return {"data": [*self.traces], "layout": dict(self.layout), "labels": labels}


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    text: str
    style: str = ""
    kind: ClassVar[str] = "text"


@dataclass(frozen=True)
class Folded:
    """Blocks to be unfolded."""

    summary: str
    blocks: Sequence[Block]
    is_open: bool = False
    kind: ClassVar[str] = "folded"


@dataclass(frozen=True)
class Grid:
    """Figures side by side, as far as there is room."""

    blocks: Sequence[Block]
    kind: ClassVar[str] = "grid"


@dataclass(frozen=True)
class Choice:
    """A variant to ship: for what, with which numbers, why, and what makes it."""

    purpose: str
    name: str
    numbers: Sequence[tuple[str, str]]
    """Number and what it is of."""
    why: Sequence[str]
    command: str = ""
    is_empty: bool = False
    """Nothing fits: `why` says what would."""


@dataclass(frozen=True)
class Choices:
    """Beside each other."""

    choices: Sequence[Choice]
    kind: ClassVar[str] = "choices"


@dataclass(frozen=True)
class FlippedClip:
    """One whose answer changed."""

    clip: str
    label: str
    reference: str
    variant: str
    is_gained: bool
    file: str = ""
    thumbnails: Sequence[str] = ()
    """Data URIs."""
    playable: str = ""
    """Address of the file, relative to the page."""


@dataclass(frozen=True)
class FlippedClips:
    """Of a variant."""

    clips: Sequence[FlippedClip]
    kind: ClassVar[str] = "flipped"


@dataclass(frozen=True)
class FoundVideo:
    """A part of a video that was found, or what was asked with."""

    name: str
    """Of the file."""
    score: str = ""
    span: str = ""
    """From when to when, in words."""
    place: str = ""
    """Of the file, as it may be told: below its name."""
    picture: str = ""
    """Data URI of a frame; empty where there is none."""
    address: str = ""
    """Of the file, ready for a link; empty where it is not there."""
    fragment: str = ""
    """Which part of it a browser is to play, such as `t=1,2.5`."""
    plays: bool = False
    """May a browser play it?"""
    note: str = ""
    """What there is to say of it, such as why it cannot be shown."""
    copies: Sequence[tuple[str, str]] = ()
    """Other files with the same content, and their addresses; likewise."""


@dataclass(frozen=True)
class FoundVideos:
    """The best first."""

    videos: Sequence[FoundVideo]
    kind: ClassVar[str] = "found"


Block = Table | Figure | Text | Folded | Grid | Choices | FlippedClips | FoundVideos


@dataclass(frozen=True)
class Section:
    """Under a heading."""

    title: str
    """Empty of the only one of a part, which has the part's."""
    blocks: Sequence[Block]
