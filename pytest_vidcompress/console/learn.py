"""`vidcompress learn`: recipes that train -> a folder of the repository, so that nobody's tests train them again."""

from __future__ import annotations

import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ..present.terminal.progress.stages import stages
from ..run.options import Options
from .verb import Named, Verb, add_option

if TYPE_CHECKING:
    from ..run.variants.learned_models import Committed

CONSOLE = "pytest_vidcompress.plugin.command_line"
"""Whose `main` is this console, with what hooks add."""
BEGAN = time.time()
"""Before anything was loaded that decides what is learned, seconds since the epoch."""


def _declare(parser: ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help=Options.models.help.removesuffix("; repeatable"))
    parser.add_argument(
        "recipes",
        metavar="RECIPE",
        nargs="+",
        help="such as prune-gradual:steps=1500; give steps=, as minutes are not the same twice. What follows the last"
        " technique that learns is not stored, and need not be named",
    )
    parser.add_argument(
        "--learned",
        type=Options.learned.read,
        default=Path(Options.learned.default),
        metavar=Options.learned.metavar,
        help="where they go, in a folder each by model and recipe: tests look in this one under their root (default:"
        f" {Options.learned.default} here)",
    )
    for row in (Options.clips, Options.sample, Options.seed, Options.calibration):
        add_option(parser, row)
    add_option(parser, Options.cache, "folder of what is kept between runs, checkpoints included")
    add_option(parser, Options.store, "folder, or URL, that takes what is learned for all machines")
    add_option(
        parser, Options.workers, "recipes that are trained here side by side, with the threads between them"
    )
    add_option(
        parser, Options.engine, "ray, or ray:HOST:PORT: the nodes of a Ray cluster train, a recipe each"
    )
    parser.add_argument(
        "--only-keep",
        action="store_true",
        help="leave it in the cache and the store, for runs of tests to find, and write no folder",
    )
    parser.add_argument("--again", action="store_true", help="train also what is there or kept")


def _run(given: Namespace, named: Named) -> Iterator[str]:
    from ..run.inputs import Inputs
    from ..run.variants.learned_elsewhere import is_elsewhere, learn_elsewhere
    from ..run.variants.learned_folder import commit_learned, keep_learned

    registries, options = named(), _options(given)
    elsewhere = is_elsewhere(options)
    with stages((1 + elsewhere) * len(given.recipes)) as stage:
        if elsewhere:
            stage("learning elsewhere")
            for recipe in learn_elsewhere(options, given.model, given.recipes, CONSOLE):
                stage(f"{recipe} was learned")
        inputs = Inputs(options, registries, stage.progress)
        for recipe in given.recipes:
            stage(f"learning {recipe}")
            with_all = recipe, given.model, inputs, options, registries, stage.progress
            if given.only_keep:
                yield f"{recipe} of {given.model}: kept, {keep_learned(*with_all) / 60:.3g} min of training"
            else:
                yield _line(commit_learned(*with_all), given.model)


def _line(committed: Committed, model: str) -> str:
    place, minutes = committed.place, committed.seconds / 60
    return (
        f"{place.recipe} of {model}: {'in' if committed.is_new else 'there already, in'} {place.folder},"
        f" {minutes:.3g} min of training"
    )


def _options(given: Namespace) -> Options:
    """As a run of tests has them."""
    shared = (Options.store, Options.workers, Options.engine)
    rows = (
        Options.clips,
        Options.sample,
        Options.seed,
        Options.calibration,
        Options.learned,
        Options.cache,
        *shared,
    )
    values = {row.name: getattr(given, row.name.removeprefix("vc-")) for row in rows}
    learn = "again" if given.again else "missing"
    return Options({**values, Options.models.name: (given.model,), Options.learn.name: learn}, began=BEGAN)


VERB = Verb(
    "learn",
    "train a recipe for everybody who has the repository",
    "Trains recipes as a run of tests with these options would, and stores what they learned in a folder of the"
    " repository, which a run takes where all that decides it is the same. What an earlier run has kept is not"
    " trained again, and a training that was killed goes on where it was.",
    _declare,
    _run,
)
