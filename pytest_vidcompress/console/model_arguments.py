"""The arguments of verbs that give videos to a model or an artefact, and what they name."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from ..run.options import Options
from .verb import Named, add_option, note

if TYPE_CHECKING:
    from ..clips.crops.disk_cache import Shelf
    from ..clips.crops.windows import Windows
    from ..run.answering.answerer import Answerer, Wanted
    from ..run.answering.embedder import Embedder
    from ..run.registries import Registries


def declare_model(parser: ArgumentParser, otherwise: str = "") -> None:
    """Adds them.

    Args:
        otherwise: what is meant where none is named; empty: one must be.
    """
    parser.add_argument(
        "--model",
        required=not otherwise,
        default="",
        metavar="MODEL",
        help="the folder of an artefact, or a model: a name such as timesformer or videomae, a Hub id, or a"
        " checkpoint's folder or file" + (f" (default: {otherwise})" if otherwise else ""),
    )
    parser.add_argument(
        "--published",
        action="store_true",
        help="a model's name means what was published, not the small one that comes with this package",
    )
    parser.add_argument(
        "--label",
        action="append",
        default=[],
        metavar="TEXT",
        help="what to tell apart, for a model that takes texts for labels, such as xclip; repeatable",
    )
    add_option(parser, Options.views)
    add_option(parser, Options.runtime, "what executes it, such as torch or openvino")
    add_option(parser, Options.device)
    add_option(parser, Options.threads, "CPU threads")
    add_option(parser, Options.cache, "folder of what is kept between runs, decoded videos included")
    add_option(parser, Options.cache_size)


def load_named(given: Namespace, named: Named) -> Answerer:
    """What `--model` names, ready to answer; says beside it which one that is, where a name has two.

    Raises:
        VidcompressError: it cannot be loaded, or run so.
    """
    return _loaded(given, wanted(given), named())


def load_embedder(given: Namespace, named: Named, stored: str, windows: Windows) -> Embedder:
    """The same, ready to embed.

    Args:
        stored: the format of vectors.
        windows: how long videos are cut.

    Raises:
        VidcompressError: it cannot be loaded, or has no embedding.
    """
    from ..run.answering.answerer import to_embed
    from ..run.answering.embedder import Embedder

    registries = named()
    meant = to_embed(wanted(given), registries)
    return Embedder.of(_loaded(given, meant, registries), meant, registries, stored, windows)


def wanted(given: Namespace) -> Wanted:
    from ..run.answering.answerer import Wanted

    labels = tuple(dict.fromkeys(given.label))
    return Wanted(given.model, given.runtime, given.device, given.views, labels, given.published)


def _loaded(given: Namespace, meant: Wanted, registries: Registries) -> Answerer:
    import torch

    from ..present.variants.which_model import which_model
    from ..run.answering.answerer import answerer

    if given.threads:
        torch.set_num_threads(given.threads)
    found = answerer(meant, registries)
    if found.recipe == "fp32" and found.model and registries.is_catalogued(given.model):
        note(which_model(given.model, found.model, given.published))
    return found


def shelf(given: Namespace) -> Shelf | None:
    """Where decoded videos are kept; None for nowhere."""
    from ..run.cache_folder import cache_folder, open_shelf

    return open_shelf(cache_folder(given.cache), given.cache_size)
