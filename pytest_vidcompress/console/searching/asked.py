"""The one thing that `vidcompress search` is asked with: a video, a label or a text."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import VidcompressError
from ...run.options import Options
from ...search.query import Query
from ..model_arguments import load_embedder, load_named, shelf, wanted
from ..verb import Named

if TYPE_CHECKING:
    from ...models.model import Model
    from ...run.answering.answerer import Answerer
    from ...run.registries import Registries
    from ...search.index.made_by import MadeBy

Ask = Callable[[Namespace, Named, "MadeBy"], Query]
"""What was typed, everything that can be named, and what made the index."""


def declare_query(parser: ArgumentParser) -> None:
    """Adds them."""
    parser.add_argument(
        "query",
        metavar="QUERY",
        nargs="?",
        type=Path,
        help="a video, which is shown to the model whole",
    )
    parser.add_argument(
        "--of-label",
        metavar="LABEL",
        help="in the place of a video: a label of the model that made the index",
    )
    parser.add_argument(
        "--text",
        metavar="TEXT",
        help="in the place of a video: any text, of a model that holds videos against texts, such as xclip",
    )


def asked(given: Namespace, named: Named, own: MadeBy, file: Path) -> Query:
    """The query.

    Args:
        own: what made the index.
        file: of the index, for messages.

    Raises:
        VidcompressError: there is none or more than one, the model that made the index cannot be loaded or is
            another than the one that asks, or does not answer such a query.
    """
    ways = [name for name in _WAYS if getattr(given, name) is not None]
    if len(ways) != 1 or not str(getattr(given, ways[0])).strip():
        there = "an empty one" if len(ways) == 1 else f"{len(ways) or 'none'} of them"
        raise VidcompressError(f"give one of QUERY, --of-label=LABEL and --text=TEXT: there is {there}")
    if not given.model:
        _as_indexed(given, named, own, file)
    found = _WAYS[ways[0]](given, named, own)
    own.refuse_query(found.asks, str(file), given.asymmetric)
    return found


def _as_indexed(given: Namespace, named: Named, own: MadeBy, file: Path) -> None:
    """The index says what made it, and how that was asked for."""
    if _is_gone(own, named()):
        raise VidcompressError(
            f"index {str(file)!r} was made by {own.words}, as --model={own.source}, which is not there any more: say"
            " where it is now with --model"
        )
    given.model, given.runtime, given.published = own.source, own.runtime, own.published
    given.label, given.views = [*own.labels], Options.views.read(own.views or None)


def _is_gone(own: MadeBy, registries: Registries) -> bool:
    """Is there nothing any more where the model was that made the index?"""
    from ...artefacts.atomic_folder import holds_artefact
    from ...models.load import check_name

    if own.recipe != "fp32":
        return not holds_artefact(Path(own.source))
    try:
        check_name(own.source, registries.models)
    except VidcompressError:
        return True
    return False


def _video(given: Namespace, named: Named, own: MadeBy) -> Query:
    from ...clips.crops.windows import Windows
    from ...search.embedded_files import embed

    asks = load_embedder(given, named, own.stored, Windows(own.window_s, own.step_s))
    (query,) = embed(asks.arm, [given.query], shelf(given))
    if query.vector is None:
        raise VidcompressError(f"query {str(given.query)!r} cannot be searched for: {query.reason}")
    return Query("video", str(given.query), asks.made_by, query.vector)


def _label(given: Namespace, named: Named, own: MadeBy) -> Query:
    from ...run.answering.text_vector import label_vectors
    from ...search.by_label.label_odds import asked_label

    found, model = _loaded(given, named, given.of_label)
    if label_vectors(model) is not None:  # whose labels are texts
        return _of_text(given, found, model, given.of_label, named, own)
    label = asked_label(model, given.of_label)
    return Query("label", label.name, _asks(given, found, model, own, own.width), label=label)


def _text(given: Namespace, named: Named, own: MadeBy) -> Query:
    return _of_text(given, *_loaded(given, named, given.text), given.text, named, own)


def _of_text(given: Namespace, found: Answerer, model: Model, text: str, named: Named, own: MadeBy) -> Query:
    from ...run.answering.text_vector import text_vector

    source = found.name if found.is_artefact else given.model
    vector = text_vector(model, text, source, given.published, named())
    return Query("text", text, _asks(given, found, model, own, len(vector)), vector)


def _loaded(given: Namespace, named: Named, text: str) -> tuple[Answerer, Model]:
    from ...run.answering.answerer import to_embed
    from ...run.answering.embedder import with_embedding

    given.label = to_embed(wanted(given), named(), text).labels
    found = load_named(given, named)
    return found, with_embedding(found, wanted(given))


def _asks(given: Namespace, found: Answerer, model: Model, own: MadeBy, width: int) -> MadeBy:
    from ...clips.crops.windows import Windows
    from ...run.answering.embedder import made_by

    windows = Windows(own.window_s, own.step_s)
    return made_by(found, model, wanted(given), width, own.stored, windows)


_WAYS: dict[str, Ask] = {"query": _video, "of_label": _label, "text": _text}
"""Name of an argument -> what makes a query of it."""
