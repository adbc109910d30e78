"""Windows that may be nearest a query, to be ranked by their own vectors as an exact search ranks all."""

from __future__ import annotations

from collections.abc import Callable

from ..index.index_file import Index
from ..index.rows import Gallery
from ..vector_formats import FORMATS, Vector, as_bytes
from .breadth import WANTED
from .view import View


def candidates(
    view: View, index: Index, query: Vector, most: int, say: Callable[[str], None]
) -> Gallery | None:
    """Those that the graph of a view finds; None where no graph of these vectors finds enough.

    Args:
        index: that the view is of. A window that has gone since is left out.
        query: of length one.
        most: that are looked for.
        say: told in a line where there are none.

    Raises:
        VidcompressError: the index is damaged.
    """
    about = view.about
    if about.recall < WANTED:
        say(
            f"a graph of these vectors finds {about.recall:.1%} of the nearest at most, {WANTED:.1%} are wanted: all"
            " windows are looked at"
        )
        return None
    packed = as_bytes([FORMATS[about.stored].pack(query)], about.stored, about.width)
    keys = view.graph.near(packed, max(about.breadth, most))
    return index.gallery(view.seals[key] for key in keys.tolist())
