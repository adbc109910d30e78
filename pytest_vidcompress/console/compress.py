"""`vidcompress compress`: a named model and a recipe -> an artefact, outside pytest and with progress."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from tqdm import tqdm

from ..artefacts import save as artefact
from ..artefacts.atomic_folder import holds_artefact, replaceable
from ..artefacts.folder import read, size_bytes
from ..artefacts.variant import build
from ..clips.clip import Clip, ClipSet
from ..clips.clip_set import resolve
from ..clips.labels import match, normal_form
from ..clips.loader import Clips
from ..clips.pocket.packaged import NAME as POCKET
from ..clips.pocket.packaged import pocket
from ..clips.sample import calibration, sample
from ..compress.recipe import parse
from ..compress.registry import TECHNIQUES
from ..errors import VidcompressError
from ..models.catalog import CATALOG
from ..models.load import check_name, load
from ..models.model import Model
from ..runtimes.registry import RUNTIMES, usable_runtime

_TESTED = 1000
"""Clips of a set of the user's that tests take by default: none of them calibrates."""
_WIDTH = 80


@dataclass(frozen=True)
class Asked:
    """What was typed."""

    model: str
    recipe: str
    folder: Path
    clips: str = ""
    """Empty: the packaged ones, where the model knows their labels."""
    calibration: int = 32
    """Clips to calibrate on, at most."""
    runtime: str = ""
    """Empty: the recipe's own."""
    threads: int = 0
    """0: as many as torch takes by itself."""
    weights: Literal["trained", "random"] = "trained"
    force: bool = False
    """Replace an artefact that is there."""


def compress(asked: Asked) -> str:
    """Writes the artefact, and returns a line about it.

    Raises:
        VidcompressError: something that was asked for does not exist, or cannot be done here.
    """
    recipe = parse(asked.recipe, TECHNIQUES)
    _refuse_early(asked, recipe.runtime_with(asked.runtime))
    if asked.threads:
        torch.set_num_threads(asked.threads)
    with _stages(4) as stage:
        stage(f"loading {asked.model}")
        model, clip_set = _load(asked)
        stage(f"compressing by {recipe}")
        variant = build(recipe, model, _clips(model, clip_set, asked.calibration), RUNTIMES, asked.runtime)
        stage("saving")
        variant.save(asked.folder)
        stage("weighing the uncompressed model")
        before, after = artefact.size_bytes(model.module), size_bytes(asked.folder, read(asked.folder))
    return (
        f"{variant.name} of {model.name}: {after:,} bytes, {after / before:.3f} of the uncompressed {before:,}, in"
        f" {asked.folder}"
    )


def _refuse_early(asked: Asked, runtime: str) -> None:
    """What can be known before anything is loaded."""
    check_name(asked.model, {})
    if asked.runtime not in ("", runtime):
        raise VidcompressError(
            f"recipe {asked.recipe!r} names a runtime, and --runtime={asked.runtime} another: give one of them"
        )
    usable_runtime(runtime)
    if replaceable(asked.folder) and holds_artefact(asked.folder) and not asked.force:
        raise VidcompressError(
            f"{str(asked.folder)!r} holds an artefact already: name another folder, or replace it with --force"
        )


def _load(asked: Asked) -> tuple[Model, ClipSet | None]:
    """The model, and clips with its labels; None where none are known."""
    if asked.clips or asked.model in CATALOG:
        clip_set = resolve(asked.clips or POCKET, {})
        return load(asked.model, clip_set.labels, clip_set.name, asked.weights), clip_set
    model, packaged = load(asked.model, (), "", asked.weights), pocket()
    known = {normal_form(label) for label in model.labels}
    return model, packaged if {normal_form(label) for label in packaged.labels} <= known else None


def _clips(model: Model, clip_set: ClipSet | None, number: int) -> Clips:
    """For techniques that calibrate: none that tests of these clips take by default."""
    if clip_set is None:
        return _NoClips((), (), {}, model.profile)
    ids = match(clip_set.labels, model.labels, model_name=model.name, clip_set_name=clip_set.name)
    tested = sample(clip_set.clips, None, 0, _TESTED)
    chosen = calibration(clip_set, tested, number, 0)
    return (_Calibration if chosen else _NoClips)(chosen, clip_set.labels, ids, model.profile)


class _Calibration(Clips):
    """Clips with a bar for each pass over them."""

    def batches(self, n: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        batches, total = super().batches(n), -(-self.expected // n)
        return iter(tqdm(batches, "clips", total, leave=False, ncols=_WIDTH, disable=None, position=1))


class _NoClips(Clips):
    """Whoever asks for them is told how to name some."""

    def load(self) -> tuple[Clip, ...]:
        raise VidcompressError(
            "this recipe calibrates on clips, and there are none beside those that tests take: name a set with more"
            f" than {_TESTED:,} of them with --clips"
        )

    @property
    def expected(self) -> int:
        return len(self.load())


@contextmanager
def _stages(number: int) -> Generator[Any]:
    """A function that says what begins now, on a bar of so many parts; nothing where stderr is no terminal."""
    layout = "{desc} |{bar}| {n_fmt}/{total_fmt}"
    with tqdm(total=number, leave=False, ncols=_WIDTH, disable=None, bar_format=layout) as bar:
        begun = iter(range(number))

        def stage(what: str) -> None:
            bar.n = next(begun)
            bar.set_description_str(what)

        yield stage
