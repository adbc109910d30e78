"""`vidcompress search`: what in an index is most like a video, or shows what a label or a text says."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..run.options import reading
from ..search.query import Query
from ..search.shown.search_lines import Hit, search_json, search_lines
from .model_arguments import declare_model
from .searching.asked import asked, declare_query
from .verb import Named, Verb, reads

if TYPE_CHECKING:
    from ..search.index.index_file import Gallery

_MOST = 10


def _declare(parser: ArgumentParser) -> None:
    parser.add_argument(
        "index", metavar="INDEX", type=Path, help="the folder that was indexed, or the index's file"
    )
    declare_query(parser)
    declare_model(parser, "the one that made the index")
    parser.add_argument(
        "--asymmetric",
        action="store_true",
        help="let another model than the index's own ask, whose vectors are as wide",
    )
    parser.add_argument(
        "--top", type=reads(reading.count), default=_MOST, metavar="N", help=f"how many (default: {_MOST})"
    )
    parser.add_argument("--json", action="store_true", help="print it for other programs")


def _run(given: Namespace, named: Named) -> Sequence[str]:
    from ..search.index.index_file import NAME, opened

    file = given.index / NAME if given.index.is_dir() else given.index
    with opened(file) as index:
        own, gallery, folder = index.made_by, index.gallery(), index.folder
    if given.index.is_dir():
        folder = given.index
    query = asked(given, named, own, file)
    hits = _hits(gallery, query, given.top, folder)
    if given.json:
        return [search_json(hits, own, query)]
    return [*search_lines(hits, own, query, len(gallery.windows))]


def _hits(gallery: Gallery, query: Query, most: int, folder: Path) -> Sequence[Hit]:
    hits = list[Hit]()
    for row, score in zip(*query.best(gallery, most), strict=True):
        content, start_s, end_s = gallery.windows[row]
        paths = [str(folder / path) for path in gallery.files.get(content, ())]
        hits.append(Hit(score, start_s, end_s, tuple(paths)))
    return hits


VERB = Verb(
    "search",
    "what in an index is most like a video, or shows what a label or a text says",
    "Ranks the windows of an index, all of them, by the cosine of their vectors with that of a video or a text, or\n"
    "by how likely their model holds a label to be, and prints the first with score, time span and path. An index\n"
    "knows its model and refuses another's queries, unless --asymmetric says that this is meant.",
    _declare,
    _run,
)
