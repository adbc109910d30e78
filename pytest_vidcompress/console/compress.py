"""`vidcompress compress`: a named model and a recipe -> an artefact, outside pytest and with progress."""

from __future__ import annotations

import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from warnings import catch_warnings

from ..errors import VidcompressError
from ..present.terminal.progress.stages import stages
from ..run.options import Options
from .verb import Named, Verb, add_option, note

if TYPE_CHECKING:
    from ..clips.clip import ClipSet
    from ..compress.recipe import Recipe
    from ..models.model import Model
    from ..present.variants.variant_notes import VariantNotes
    from ..run.inputs import Inputs
    from ..run.registries import Registries
    from ..run.variants.outside_a_test import Workshop

BEGAN = time.time()
"""Before anything was loaded that decides what is learned, seconds since the epoch."""


def _declare(parser: ArgumentParser) -> None:
    from ..compress.registry import TECHNIQUES

    listed = (f"  {name:22} {technique.summary}" for name, technique in TECHNIQUES.items())
    parser.epilog = "\n".join(
        ["techniques, which + joins to a recipe, each with :PARAMETER=VALUE,...:", *listed]
    )
    parser.add_argument("model", metavar="MODEL", help=Options.models.help.removesuffix("; repeatable"))
    parser.add_argument(
        "recipe",
        metavar="RECIPE",
        help="such as fp16, or fuse+int8-static; with @RUNTIME at its end as tables print it, or without",
    )
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="where the artefact goes; new or empty")
    parser.add_argument(
        "--clips",
        default="",
        metavar=Options.clips.metavar,
        help="clips to calibrate on, with the model's labels: pocket or events, or a Kinetics folder, annotation CSV"
        " or list of paths (default: packaged ones that no test takes)",
    )
    add_option(parser, Options.calibration, "how many clips to calibrate on, at most")
    add_option(parser, Options.runtime, "what is to execute it, such as torch or openvino")
    add_option(parser, Options.threads, "CPU threads")
    add_option(parser, Options.weights, "random: the geometry without a checkpoint, for size and latency")
    parser.add_argument(
        "--published",
        action="store_true",
        help="a model's name means what was published, not the small one that comes with this package (default: as"
        " the labels of --clips say)",
    )
    _declare_learning(parser)
    parser.add_argument("--force", action="store_true", help="replace the artefact that is in FOLDER")


def _declare_learning(parser: ArgumentParser) -> None:
    add_option(
        parser,
        Options.learn,
        "missing: train what learns and is kept neither in the repository nor in the cache; never: refuse it; again:"
        " train it anew",
    )
    parser.add_argument(
        "--learned",
        type=Options.learned.read,
        default=Options.learned.read(Options.learned.default),
        metavar=Options.learned.metavar,
        help=f"{Options.learned.help} (default: {Options.learned.default} here)",
    )
    add_option(parser, Options.cache, "folder of learned variants that are kept, as tests have it")


def _run(given: Namespace, named: Named) -> Sequence[str]:
    import torch

    from ..artefacts import save as artefact
    from ..artefacts.folder import read, size_bytes
    from ..present.variants.variant_notes import VariantNotes
    from ..present.variants.which_model import which_model
    from ..run.calibration import choose, packaged
    from ..run.inputs import Inputs
    from ..run.variants.outside_a_test import Workshop

    registries, options, notes = named(), _options(given), VariantNotes()
    inputs = Inputs(options, registries)
    recipe = _recipe(given, inputs, registries)
    if given.threads:
        torch.set_num_threads(given.threads)
    with stages(4) as stage:
        stage(f"loading {given.model}")
        model, clip_set = _load(given, inputs, registries)
        choice = choose(clip_set, given.calibration) if clip_set else packaged(given.calibration)
        workshop = Workshop(model, clip_set, choice, stage.progress)
        stage(f"compressing by {recipe}")
        with catch_warnings(record=True) as warned:
            variant = workshop.variant(recipe, options, registries, notes)
            stage("saving")
            variant.save(given.folder)
        stage("weighing the uncompressed model")
        before, after = artefact.size_bytes(model.module), size_bytes(given.folder, read(given.folder))
    if registries.is_catalogued(given.model):
        note(which_model(given.model, model, given.published))
    for warning in warned:
        note(str(warning.message).replace("--vc-", "--"))
    for remark in _remarks(workshop, notes):
        note(remark)
    return [
        f"{variant.name} of {model.name}: {after:,} bytes, {after / before:.3f} of the uncompressed {before:,}, in"
        f" {given.folder}"
    ]


def _remarks(workshop: Workshop, notes: VariantNotes) -> Iterable[str]:
    """Where what was learned came from, and what tests the clips that calibrate leave independent."""
    from ..artefacts.kept.learned_origin import Origin
    from ..present.variants.learned_lines import learned_line

    origins = notes.learned.values()
    yield from map(learned_line, origins)
    if workshop.clips.taken:
        yield workshop.choice.remark
    elif any(each.origin is not Origin.TRAINED for each in origins):
        yield f"what was learned before may have been {workshop.choice.remark}"


def _options(given: Namespace) -> Options:
    """As a run of tests has them, on the packaged clips that the model is for."""
    from ..models.catalog import CATALOG

    named = CATALOG.get(given.model)
    return Options(
        {
            Options.models.name: (given.model,),
            Options.clips.name: given.clips or (named.clips if named else Options.clips.default),
            Options.weights.name: given.weights,
            Options.runtime.name: given.runtime,
            Options.learn.name: given.learn,
            Options.learned.name: given.learned,
            Options.cache.name: given.cache,
        },
        began=BEGAN,
    )


def _recipe(given: Namespace, inputs: Inputs, registries: Registries) -> Recipe:
    """What can be known before anything is loaded, and is refused."""
    from ..artefacts.atomic_folder import holds_artefact, replaceable
    from ..runtimes.registry import usable_runtime

    inputs.choices.check_names()
    recipe = inputs.choices.recipe(given.recipe)
    if given.runtime not in ("", inputs.choices.runtime(recipe)):
        raise VidcompressError(
            f"recipe {given.recipe!r} names a runtime, and --runtime={given.runtime} another: give one of them"
        )
    usable_runtime(inputs.choices.runtime(recipe), registries.runtimes)
    if replaceable(given.folder) and holds_artefact(given.folder) and not given.force:
        raise VidcompressError(
            f"{str(given.folder)!r} holds an artefact already: name another folder, or replace it with --force"
        )
    return recipe


def _load(given: Namespace, inputs: Inputs, registries: Registries) -> tuple[Model, ClipSet | None]:
    """The model, and clips with its labels; None where none are known."""
    from ..clips.labels import normal_form
    from ..models.catalog import CATALOG
    from ..models.load import load

    is_known = registries.is_catalogued(given.model)
    if given.published:
        registries.refuse_unpublished(given.model)
    if not given.published and (given.clips or is_known):
        return inputs.model(given.model), inputs.clip_set
    labels, clips = (inputs.clip_set.labels, inputs.clip_set.name) if given.clips else ((), "")
    if given.weights == "random" and not labels and is_known:
        labels = tuple(f"label {k}" for k in range(CATALOG[given.model].labels.classes))
    model = load(given.model, labels, clips, given.weights, registries.models, given.published)
    known = {normal_form(label) for label in model.labels}
    return model, inputs.clip_set if {normal_form(each) for each in inputs.clip_set.labels} <= known else None


VERB = Verb(
    "compress",
    "compress a model by a recipe",
    "Compresses a model into a folder: the artefact that a test would measure, and that load() reads again. What"
    " learns is taken from where tests keep it, or trained and kept for them.",
    _declare,
    _run,
)
