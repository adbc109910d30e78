"""Parts, sections and blocks -> one HTML page that needs nothing beside it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePath
from typing import Any

from ..printable import printable
from .packed import packed, packed_library
from .page_blocks import Block, Figure, Section
from .palette import PALETTE
from .table_rows import rows_html

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Part:
    """Sections under a heading of their own: a model, or what is of the run."""

    title: str
    sections: Sequence[Section]


@dataclass(frozen=True)
class RunOfPage:
    """A run as the page shows it."""

    label: str
    verdict: str
    status: str
    closing: str
    about: str
    facts: Sequence[tuple[str, str]]
    leads: Sequence[str]
    parts: Sequence[Part]
    word: str = ""
    """What stands before the verdict, in the colour of the status; the status, unless given."""

    @property
    def has_sections(self) -> bool:
        """Are there places on the page to go to?"""
        return any(each.title for part in self.parts for each in part.sections)


def framed_page(title: str, runs: Sequence[RunOfPage], beside: Sequence[Block] = ()) -> str:
    """The HTML.

    Args:
        runs: the first is the one that is looked at.
        beside: what differs between them.
    """
    from jinja2 import Environment, FileSystemLoader

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_printable,
    )
    figures: list[Figure] = []
    own: dict[str, Any] = {
        "number_of": partial(_number, figures),
        "rows_html": lambda table: _Ours(rows_html(table)),
    }
    environment.globals.update(own)
    body = environment.get_template("body.html.j2").render(runs=runs, beside=beside)
    # Written by itself: the quotes and marks of a script are no text of the page.
    drawn = json.dumps([each.document for each in figures], separators=(",", ":"), allow_nan=False)
    return environment.get_template("page.html.j2").render(
        title=title,
        palette={name: {"light": light, "dark": dark} for name, (light, dark) in PALETTE.items()},
        body=_Ours(body),
        style=_Ours((TEMPLATES / "page.css").read_text(encoding="utf-8")),
        script=_Ours((TEMPLATES / "page.js").read_text(encoding="utf-8")),
        figures=_Ours(packed(drawn)) if figures else None,
        library=_Ours(packed_library()) if figures else None,
    )


class _Ours(str):
    """Text that goes into the page as it is: it was made here."""

    def __html__(self) -> str:
        return self


def _printable(value: object) -> object:
    """What the page shows of a value; what is HTML already is ours."""
    ours = hasattr(value, "__html__")
    return printable(value) if isinstance(value, str | PurePath) and not ours else value


def _number(figures: list[Figure], figure: Figure) -> int:
    """Of a figure on the page, from 0, in the order in which they are met."""
    figures.append(figure)
    return len(figures) - 1
