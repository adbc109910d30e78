"""`vidcompress search -o FILE.html`: what was found, to look at."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ...present.terminal.progress.stages import stages
from ...present.wording import count
from ...search.query import Query
from ..files import write_page

if TYPE_CHECKING:
    from ...search.index.made_by import MadeBy
    from ...search.shown.search_lines import Hit

_TITLES = {"video": "Most like", "label": "Label:", "text": "Text:"}


def declare_page(parser: ArgumentParser) -> None:
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE.html",
        type=Path,
        help="write a page with a picture of each, which plays where a browser can",
    )


def write_found(
    output: Path, hits: Sequence[Hit], query: Query, own: MadeBy, of: tuple[Path, Path], near: bool
) -> None:
    """Writes it.

    Args:
        own: what made the index.
        of: the index's file, and the folder that it is of.
        near: only what may be near was looked at.

    Raises:
        VidcompressError: it cannot be written, or the index not be read.
    """
    from ...present.html.found_page import found_page
    from ...present.html.page_blocks import FoundVideo
    from ...search.index.index_file import opened
    from ...search.index.since_indexed import changed_since
    from ...search.shown.found_videos import found_videos, query_video
    from ...search.shown.search_lines import model_text

    file, folder = of
    is_video = query.kind == "video"
    with opened(file) as index, stages(1) as stage:
        stage("pictures")

        def change_of(path: str) -> str:
            return changed_since(index, folder, str(Path(path).relative_to(folder)))

        videos = list[FoundVideo]()
        for video in found_videos(hits, query, output.parent, change_of):
            videos.append(video)
            stage.progress("windows", len(videos), len(hits))
        files, windows = index.count()
    name = Path(query.text).name if is_video else query.text
    facts = [
        ("index", f"{file}: {count(windows, 'window')} of {count(files, 'file')}"),
        ("ranked by", f"{query.score}, approximate" if near else query.score),
        ("model", model_text(query, own)),
    ]
    asked_with = query_video(Path(query.text), output.parent) if is_video else None
    write_page(output, found_page(f"{_TITLES[query.kind]} {name}", asked_with, videos, facts))
