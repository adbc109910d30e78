"""`vidcompress report`: draws the page of run files anew; several stand side by side."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from ..errors import VidcompressError
from ..present.formats.run_file import parse_run_file, read_run_file
from ..present.html.page import page
from ..present.measurement.pictures import with_playable
from .files import read_all, write_page
from .verb import Named, Verb

STDIN = "-"


def _declare(parser: ArgumentParser) -> None:
    parser.add_argument(
        "runs",
        metavar="RUN.json",
        nargs="+",
        help="what pytest --vc-json=RUN.json wrote, the earliest first; - is what comes in",
    )
    parser.add_argument(
        "-o", "--output", metavar="PAGE.html", required=True, help="the page to write; - is what goes out"
    )


def _run(given: Namespace, named: Named) -> Sequence[str]:
    if given.runs.count(STDIN) > 1:
        raise VidcompressError("- is given twice, and what comes in can be read once")
    there = Path() if given.output == STDIN else Path(given.output).parent
    # A page of some would be taken for one of all.
    found = read_all([partial(_read, run) for run in given.runs])
    documents = [_beside(each, run, there) for each, run in zip(found, given.runs, strict=True)]
    names = [*map(_name, given.runs)] if len(documents) > 1 else []
    text = page(documents, names)
    if given.output == STDIN:
        return [text]
    write_page(Path(given.output), text, with_folder=True)
    return []


def _read(run: str) -> dict[str, Any]:
    return (
        parse_run_file(sys.stdin.buffer.read(), "what comes in") if run == STDIN else read_run_file(Path(run))
    )


def _beside(document: dict[str, Any], run: str, folder: Path) -> dict[str, Any]:
    """What a browser plays was found from the folder of the run file."""
    here = Path() if run == STDIN else Path(run).parent

    def file_of(flip: Mapping[str, Any]) -> Path | None:
        return here / flip["playable"] if "playable" in flip else None

    return with_playable(document, folder, file_of)


def _name(run: str) -> str:
    return "what came in" if run == STDIN else Path(run).name


VERB = Verb(
    "report",
    "from run files, the page to look at",
    "Draws the page of pytest --vc-report=PAGE.html from what pytest --vc-json=RUN.json wrote, without measuring\n"
    "anything. Of several files the last is looked at, and what changed since the others is shown first.",
    _declare,
    _run,
)
