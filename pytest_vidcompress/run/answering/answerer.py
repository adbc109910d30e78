"""A name, or the folder of an artefact -> what answers videos, outside a test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ...artefacts.atomic_folder import holds_artefact
from ...artefacts.folder import read
from ...artefacts.load import load as load_artefact
from ...clips.profile import Profile, Views
from ...errors import VidcompressError
from ...measure.from_file.arm import Arm
from ...measure.from_file.classified import Answers
from ...models.catalog import CATALOG, DEFAULT_CLIPS
from ...models.device import find_device
from ...models.load import is_of_texts, load, takes_any_labels, tells_several
from ...models.model import Model
from ...runtimes.device_support import refuse_runtime
from ...runtimes.registry import usable_runtime
from ..registries import Registries

if TYPE_CHECKING:
    from torch import nn


ANY_TEXT = "video"


@dataclass(frozen=True)
class Wanted:
    """What is asked to answer, and how."""

    name: str
    """As `--vc-model` has it, or the folder of an artefact."""
    runtime: str = ""
    """Empty: torch, or what the artefact was made for."""
    device: str = "cpu"
    views: Views | Literal["published"] | None = None
    """As `--vc-views` has it; None: as the profile says."""
    labels: tuple[str, ...] = ()
    """Of a model that takes texts for labels; others know theirs."""
    published: bool = False
    """A name means what was published, not what is packaged."""

    def name_from_anywhere(self, registries: Registries) -> str:
        """The name for whoever is in another folder: of what is on this disk its whole path."""
        if self.name in registries.models:
            return self.name
        path = Path(self.name)
        is_here = holds_artefact(path) or (self.name not in CATALOG and path.exists())
        return str(path.absolute()) if is_here else self.name


@dataclass(frozen=True)
class Answerer:
    """A model that was loaded to answer videos."""

    name: str
    """Of the model."""
    recipe: str
    """What made it; `fp32` of an uncompressed one."""
    runtime: str
    arm: Arm
    answers: Answers
    model: Model | None = field(default=None, repr=False)
    """With its module as torch has it, on its device; None where its files are a runtime's own."""
    is_artefact: bool = False

    @property
    def words(self) -> str:
        """What it is, such as `fuse+int8-static of videomae`."""
        return self.name if self.recipe == "fp32" else f"{self.recipe} of {self.name}"


def to_embed(wanted: Wanted, registries: Registries, text: str = "") -> Wanted:
    """The same to be asked for vectors: to what takes texts for labels any text will do, and that is the one.

    Args:
        text: to be embedded, whatever labels were given; empty where videos alone are.
    """
    if (wanted.labels and not text) or wanted.name in registries.models or holds_artefact(Path(wanted.name)):
        return wanted
    return replace(wanted, labels=(text or ANY_TEXT,)) if is_of_texts(wanted.name) else wanted


def answerer(wanted: Wanted, registries: Registries) -> Answerer:
    """Loads it.

    Raises:
        VidcompressError: it cannot be loaded, or run so.
    """
    folder = Path(wanted.name)
    if wanted.name and wanted.name not in registries.models and holds_artefact(folder):
        return _of_artefact(wanted, folder, registries)
    return _of_model(wanted, registries)


def _of_model(wanted: Wanted, registries: Registries) -> Answerer:
    if wanted.published:
        registries.refuse_unpublished(wanted.name)
    executes = usable_runtime(wanted.runtime or "torch", registries.runtimes)
    device = find_device(wanted.device)
    refuse_runtime(wanted.runtime or "torch", executes, str(device))
    if wanted.labels and wanted.name in CATALOG:
        _refuse_labels(wanted.name, takes_any_labels(CATALOG[wanted.name]))
    model = load(
        wanted.name, wanted.labels, "--label", registered=registries.models, published=wanted.published
    )
    if wanted.labels:
        _refuse_labels(wanted.name, model.labels == wanted.labels)
    model = model.shown(wanted.views).on(device)
    return Answerer(
        model.name,
        "fp32",
        wanted.runtime or "torch",
        Arm.alone(executes.prepare(model), model.profile, device),
        Answers(model.labels, tells_several(model)),
        model,
    )


def _refuse_labels(name: str, takes_them: bool) -> None:
    if not takes_them:
        raise VidcompressError(
            f"--label is for models that take texts for labels, and {name!r} has its own: leave it out"
        )


def _of_artefact(wanted: Wanted, folder: Path, registries: Registries) -> Answerer:
    if wanted.labels or wanted.published:
        raise VidcompressError(
            f"artefact {wanted.name!r} has labels of its own: leave out --label and --published"
        )
    device = find_device(wanted.device)
    manifest = read(folder)
    build = _builder(manifest.model, registries) if manifest.needs_module else None
    found = load_artefact(
        folder, wanted.runtime, registries.techniques, registries.runtimes, build, device=device
    )
    stored = None
    if found.stored is not None:
        stored = Model(found.model, found.stored, found.profile, found.labels, found.weights, found.notes)
    named = CATALOG.get(found.model)
    several = tells_several(stored) if stored else bool(named and named.clips != DEFAULT_CLIPS)
    profile = _shown(found.profile, wanted.views)
    arm = Arm.alone(found.module, profile, device)
    return Answerer(
        found.model, found.recipe, found.runtime, arm, Answers(found.labels, several), stored, True
    )


def _shown(profile: Profile, views: Views | Literal["published"] | None) -> Profile:
    if views is None:
        return profile
    return replace(profile, views=profile.published if isinstance(views, str) else views)


def _builder(name: str, registries: Registries) -> Callable[[], nn.Module] | None:
    """What builds a model of a hook's."""
    if name not in registries.models:
        return None
    return lambda: load(name, (), "", registered=registries.models).module
