"""`vidcompress search`: what in an index is most like a video, or shows what a label or a text says."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..run.options import reading
from ..search.query import Query
from ..search.shown.search_lines import Hit, search_json, search_lines
from .files import check_page
from .model_arguments import declare_model
from .searching.asked import asked, declare_query
from .searching.page import declare_page, write_found
from .verb import Named, Verb, note, reads

if TYPE_CHECKING:
    from ..search.index.index_file import Index
    from ..search.index.rows import Gallery

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
    parser.add_argument(
        "--approximate",
        action="store_true",
        help="look at a part of the windows, by a graph beside the index that is made or brought up to date first"
        " (needs the extra usearch)",
    )
    parser.add_argument("--json", action="store_true", help="print it for other programs")
    declare_page(parser)


def _run(given: Namespace, named: Named) -> Sequence[str]:
    from ..search.index.index_file import NAME, opened

    if given.output is not None:
        check_page(given.output)
    file = given.index / NAME if given.index.is_dir() else given.index
    with opened(file) as index:
        own, folder, gallery = index.made_by, index.folder, None if given.approximate else index.gallery()
        query = asked(given, named, own, file)
        near = _near(given, index, file, query) if gallery is None else None
        gallery = gallery or near or index.gallery()
        windows = index.count()[1]
    if given.index.is_dir():
        folder = given.index
    hits = _hits(gallery, query, given.top, folder)
    if given.output is not None:
        write_found(given.output, hits, query, own, (file, folder), bool(near))
    if given.json:
        return [search_json(hits, own, query, bool(near))]
    return [*search_lines(hits, own, query, windows, bool(near))]


def _near(given: Namespace, index: Index, file: Path, query: Query) -> Gallery | None:
    """What may be near a query; None where all windows must be looked at."""
    from ..present.terminal.progress.stages import stages
    from ..search.approximate.candidates import candidates
    from ..search.approximate.view import up_to_date

    if query.vector is None:
        note("a label is asked of every window: --approximate changes nothing")
        return None
    said = list[str]()
    with stages(1) as stage:
        stage("approximate view")
        view = up_to_date(index, file, said.append, stage.progress, given.threads or 0)
        near = candidates(view, index, query.vector, given.top, said.append)
    for text in said:
        note(text)
    return near


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
