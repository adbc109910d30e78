"""`vidcompress compress`: a named model and a recipe -> an artefact, outside pytest and with progress."""

from __future__ import annotations

import shutil
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from warnings import catch_warnings

from ..errors import VidcompressError
from ..run.options import Options
from .stages import stages
from .verb import Named, Verb, add_option, note

if TYPE_CHECKING:
    from ..clips.clip import ClipSet
    from ..compress.recipe import Recipe
    from ..learn.lessons import Lessons, Progress
    from ..models.model import Model
    from ..run.calibration import Choice
    from ..run.inputs import Inputs
    from ..run.registries import Registries


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
        help="clips to calibrate on, with the model's labels: pocket, or a Kinetics folder, annotation CSV or list"
        " of paths (default: packaged ones that no test takes)",
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
    parser.add_argument("--force", action="store_true", help="replace the artefact that is in FOLDER")


def _run(given: Namespace, named: Named) -> Sequence[str]:
    import torch

    from ..artefacts import save as artefact
    from ..artefacts.folder import read, size_bytes
    from ..artefacts.variant import build
    from ..run.calibration import choose, packaged, ready
    from ..run.inputs import Inputs

    registries = named()
    inputs = Inputs(_options(given), registries)
    recipe = _recipe(given, inputs, registries)
    if given.threads:
        torch.set_num_threads(given.threads)
    with stages(4) as stage:
        stage(f"loading {given.model}")
        model, clip_set = _load(given, inputs, registries)
        choice = choose(clip_set, given.calibration) if clip_set else packaged(given.calibration)
        clips = ready(choice, model, clip_set)
        stage(f"compressing by {recipe}")
        with catch_warnings(record=True) as warned:
            taught = _lessons(recipe, model, clip_set, choice, stage.progress) if recipe.learns else None
            variant = build(recipe, model, clips, registries.runtimes, given.runtime, taught)
            stage("saving")
            variant.save(given.folder)
        if taught and taught.folder:
            shutil.rmtree(taught.folder, ignore_errors=True)
        stage("weighing the uncompressed model")
        before, after = artefact.size_bytes(model.module), size_bytes(given.folder, read(given.folder))
    _say_which(given, model, registries)
    for warning in warned:
        note(str(warning.message))
    if clips.taken:
        note(choice.remark)
    return [
        f"{variant.name} of {model.name}: {after:,} bytes, {after / before:.3f} of the uncompressed {before:,}, in"
        f" {given.folder}"
    ]


def _lessons(
    recipe: Recipe, model: Model, clip_set: ClipSet | None, choice: Choice, progress: Progress
) -> Lessons:
    """For a recipe that learns; what is interrupted goes on when the same is typed again."""
    from ..clips.loader import Decoding
    from ..learn.weights_digest import weights_digest
    from ..run.cache_folder import cache_folder
    from ..run.training_inputs import Reserved, lessons

    if clip_set is None:
        raise VidcompressError(
            f"recipe {str(recipe)!r} learns, and model {model.name!r} has other labels than the packaged clips: name"
            " clips like its own with --clips"
        )
    key = sha256(f"{recipe.text} {clip_set.name} {weights_digest(model.module)}".encode()).hexdigest()[:16]
    folder = cache_folder(None) / "training" / key
    reserved = Reserved(clip_set.clips, choice.clips)
    return lessons(model, clip_set, reserved, Decoding(progress=progress), folder=folder)


def _options(given: Namespace) -> Options:
    """As a run of tests has them."""
    return Options(
        {
            Options.models.name: (given.model,),
            Options.clips.name: given.clips or Options.clips.default,
            Options.weights.name: given.weights,
            Options.runtime.name: given.runtime,
        }
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

    is_known = _is_known(given.model, registries)
    if given.published and not is_known:
        raise VidcompressError(
            f"--published is for models that are known by name, which {given.model!r} is not"
        )
    if not given.published and (given.clips or is_known):
        return inputs.model(given.model), inputs.clip_set
    labels, clips = (inputs.clip_set.labels, inputs.clip_set.name) if given.clips else ((), "")
    if given.weights == "random" and not labels and is_known:
        labels = tuple(f"label {k}" for k in range(CATALOG[given.model].labels.classes))
    model = load(given.model, labels, clips, given.weights, registries.models, given.published)
    known = {normal_form(label) for label in model.labels}
    return model, inputs.clip_set if {normal_form(each) for each in inputs.clip_set.labels} <= known else None


def _is_known(name: str, registries: Registries) -> bool:
    from ..models.catalog import CATALOG

    return name in CATALOG and name not in registries.models


def _say_which(given: Namespace, model: Model, registries: Registries) -> None:
    """Whether a name meant the small model of this package, or the published one."""
    from ..models.catalog import CATALOG
    from ..models.load import are_pocket

    name = given.model
    if _is_known(name, registries):
        size = f"of {sum(each.numel() for each in model.module.parameters()):,} parameters"
        published, pocket = CATALOG[name].checkpoint, CATALOG[name].pocket
        note(
            f"{name} is the small one that comes with this package, {size}; --published is {published}"
            if pocket and are_pocket(model.labels) and not given.published
            else f"{name} has the geometry of {published}, {size}"
        )


VERB = Verb(
    "compress",
    "compress a model by a recipe",
    "Compresses a model into a folder: the artefact that a test would measure, and that load() reads again.",
    _declare,
    _run,
)
