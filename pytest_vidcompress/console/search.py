"""`vidcompress search`: what in an index is most like a video."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import VidcompressError
from ..run.options import Options, reading
from ..search.shown.search_lines import Hit, search_json, search_lines
from .model_arguments import declare_model, load_embedder, shelf
from .verb import Named, Verb, reads

if TYPE_CHECKING:
    from ..search.index.index_file import Gallery
    from ..search.index.made_by import MadeBy
    from ..search.vector_formats import Vector

_MOST = 10


def _declare(parser: ArgumentParser) -> None:
    parser.add_argument(
        "index", metavar="INDEX", type=Path, help="the folder that was indexed, or the index's file"
    )
    parser.add_argument(
        "query", metavar="QUERY", type=Path, help="a video, which is shown to the model whole"
    )
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
    from ..clips.crops.windows import Windows
    from ..search.embedded_files import embed
    from ..search.index.index_file import NAME, opened

    file = given.index / NAME if given.index.is_dir() else given.index
    with opened(file) as index:
        own, gallery, folder = index.made_by, index.gallery(), index.folder
    if given.index.is_dir():
        folder = given.index
    if not given.model:
        _as_indexed(given, own)
    asks = load_embedder(given, named, own.stored, Windows(own.window_s, own.step_s))
    own.refuse_query(asks.made_by, str(file), given.asymmetric)
    (query,) = embed(asks.arm, [given.query], shelf(given))
    if query.vector is None:
        raise VidcompressError(f"query {str(given.query)!r} cannot be searched for: {query.reason}")
    hits = _hits(gallery, query.vector, given.top, folder)
    if given.json:
        return [search_json(hits, str(given.query), own, asks.made_by)]
    return [*search_lines(hits, own, asks.made_by, len(gallery.windows))]


def _as_indexed(given: Namespace, own: MadeBy) -> None:
    """The index says what made it, and how that was asked for."""
    given.model, given.runtime, given.published = own.source, own.runtime, own.published
    given.label, given.views = [*own.labels], Options.views.read(own.views or None)


def _hits(gallery: Gallery, query: Vector, most: int, folder: Path) -> Sequence[Hit]:
    from ..search.exact_search import nearest

    hits = list[Hit]()
    for row, score in zip(*nearest(gallery.vectors, query, most), strict=True):
        content, start_s, end_s = gallery.windows[row]
        paths = [str(folder / path) for path in gallery.files.get(content, ())]
        hits.append(Hit(float(score), start_s, end_s, tuple(paths)))
    return hits


VERB = Verb(
    "search",
    "what in an index is most like a video",
    "Ranks the windows of an index by the cosine of their vectors with that of a video, all of them, and prints\n"
    "the first with score, time span and path. An index knows its model and refuses another's queries, unless\n"
    "--asymmetric says that this is meant.",
    _declare,
    _run,
)
