"""`vidcompress learn`: recipes that train -> a folder of the repository, so that nobody's tests train them again."""

from __future__ import annotations

import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ..run.options import Options
from .stages import stages
from .verb import Named, Verb, add_option

if TYPE_CHECKING:
    from ..run.variants.learned_models import Committed

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
    parser.add_argument("--again", action="store_true", help="train also what is there or kept")


def _run(given: Namespace, named: Named) -> Iterator[str]:
    from ..run.inputs import Inputs
    from ..run.variants.learned_folder import commit_learned

    registries, options = named(), _options(given)
    with stages(len(given.recipes)) as stage:
        inputs = Inputs(options, registries, stage.progress)
        for recipe in given.recipes:
            stage(f"learning {recipe}")
            yield _line(
                commit_learned(recipe, given.model, inputs, options, registries, stage.progress), given.model
            )


def _line(committed: Committed, model: str) -> str:
    place, minutes = committed.place, committed.seconds / 60
    return (
        f"{place.recipe} of {model}: {'in' if committed.is_new else 'there already, in'} {place.folder},"
        f" {minutes:.3g} min of training"
    )


def _options(given: Namespace) -> Options:
    """As a run of tests has them."""
    rows = (Options.clips, Options.sample, Options.seed, Options.calibration, Options.learned, Options.cache)
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
