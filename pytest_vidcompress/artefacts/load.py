"""An artefact on disk -> what runs, in any process: neither the checkpoint nor the network is needed.

    artefact = load(folder)
    artefact.module(pixels)          the variant's logits, bit for bit in the same runtime on the same machine
    vc_measure(artefact)

A configuration gives a module without weights, the recipe's techniques give it the structure that they left, and
the stored tensors go into their places.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from torch import nn

from ..clips.profile import Profile
from ..compress.recipe import Recipe, parse
from ..compress.registry import TECHNIQUES
from ..errors import VidcompressError, first_line
from ..models.device import CPU, find_device
from ..models.model import Model
from ..runtimes.device_support import refuse_runtime
from ..runtimes.registry import RUNTIMES, find_runtime, usable_runtime
from ..runtimes.runtime import Executable, Runtime, as_runtime
from . import tensor_files
from .folder import read, verify
from .manifest import CONFIG, FILE, SAFETENSORS, TENSORS, Manifest
from .restore import restore
from .same_model import refuse_other_model
from .save import versions
from .size import Size, size_of
from .uncompressed import built, uncompressed

if TYPE_CHECKING:
    import torch

    from ..compress.technique import Technique


@dataclass(frozen=True)
class Artefact:
    """A variant that was saved and loaded again; `vc_measure` takes it as it takes a variant."""

    directory: Path
    name: str
    """As tables and baselines call it: the recipe, and `@runtime` where that is not the recipe's own."""
    recipe: str
    model: str
    """Of the uncompressed model, the last part of its name."""
    profile: Profile
    labels: tuple[str, ...]
    """Label of every logit."""
    weights: Literal["trained", "random"]
    runtime: str
    """What it was loaded into."""
    notes: tuple[str, ...]
    """What techniques decided on the machine that made it."""
    module: Executable = field(repr=False)
    """What runs: pixels -> logits; under torch an `nn.Module`."""
    stored: nn.Module | None = field(repr=False)
    """The module with its tensors as they are stored; None where the files are a runtime's own."""
    weighed: Size = field(repr=False)
    torch_kernels: bool = field(default=False, repr=False)
    """As of its runtime."""

    def size_bytes(self) -> int:
        """Bytes of its files, `recipe.json` and those that it names."""
        return self.weighed.total_bytes

    def size(self) -> Size:
        """The same, and how many of them are the tensors'."""
        return self.weighed

    def refuse_other(self, model: Model) -> None:
        """Raises where what `model` is shown and asked is not what this one was made for.

        Raises:
            VidcompressError: the labels differ, or what decides the pixels of a view.
        """
        refuse_other_model(self.directory, self.model, self.labels, self.profile, model)


def load(
    directory: str | Path,
    runtime: str = "",
    techniques: Mapping[str, Technique] | None = None,
    runtimes: Mapping[str, Runtime | Callable[[Any], Executable]] | None = None,
    module: Callable[[], nn.Module] | None = None,
    device: torch.device | str = "cpu",
) -> Artefact:
    """Loads what `Variant.save` wrote.

    Args:
        runtime: what to run it in; empty for what it was made for. Files of a runtime's own run in no other.
        techniques: by name, besides those that come with this package.
        runtimes: likewise.
        module: builds the uncompressed module, of whatever weights; for models that transformers does not know.
        device: what it is to run on, as torch calls it; such as that of a `vc_model`.

    Raises:
        VidcompressError: there is no artefact of ours, it is damaged, incomplete or too new, or something that it
            needs is not here.
    """
    opened = open_artefact(directory, runtime, techniques, runtimes, module)
    return opened.on(find_device(str(device))).prepare()


def open_artefact(
    directory: str | Path,
    runtime: str = "",
    techniques: Mapping[str, Technique] | None = None,
    runtimes: Mapping[str, Runtime | Callable[[Any], Executable]] | None = None,
    module: Callable[[], nn.Module] | None = None,
) -> Opened:
    """The first part of `load`, with its arguments and errors: what is on disk is read, checked and put together."""
    folder = Path(directory)
    manifest = read(folder)
    verify(folder, manifest)
    chosen = runtime or manifest.runtime
    given = {name: as_runtime(name, each) for name, each in (runtimes or {}).items()}
    with _named(folder, manifest):
        executes = _runtime(chosen, {**RUNTIMES, **given})
        if manifest.format != SAFETENSORS:
            run = _own_files(folder, manifest, chosen, executes)
            return Opened(folder, manifest, manifest.name, chosen, executes, run=run)
        recipe = _recipe(manifest, {**TECHNIQUES, **(techniques or {})})
        model = _model(folder, manifest, recipe, module)
        return Opened(folder, manifest, str(recipe.on(chosen)), chosen, executes, model)


def open_beside(
    directory: Path, manifest: Manifest, model: Model, techniques: Mapping[str, Technique] | None = None
) -> Model:
    """The model in an artefact of tensors, beside the uncompressed one, which builds it where its files do not say
    how; with the errors of `open_artefact`."""
    # A model of a hook's is built by nothing that an artefact holds.
    build = (lambda: model.copy().module) if manifest.needs_module else None
    opened = open_artefact(directory, "torch", techniques, module=build).model
    assert opened is not None  # its files are no runtime's own
    return opened


@dataclass(frozen=True)
class Opened:
    """An artefact that was read from disk: a model for its runtime to prepare, or what its own files hold."""

    directory: Path
    manifest: Manifest
    name: str
    runtime: str
    executes: Runtime
    model: Model | None = None
    run: Executable | None = None

    def on(self, device: torch.device) -> Opened:
        """The same on a device.

        Raises:
            VidcompressError: it computes on the CPU alone.
        """
        if device == CPU:
            return self
        with _named(self.directory, self.manifest):
            refuse_runtime(self.runtime, self.executes, str(device))
            return replace(self, model=self.model and self.model.on(device))

    def executable(self) -> Executable:
        """What its runtime makes of it.

        Raises:
            VidcompressError: the runtime cannot.
        """
        if self.run is not None:
            return self.run
        assert self.model is not None  # one of the two it has
        with _named(self.directory, self.manifest):
            return self.executes.prepare(self.model)

    def prepare(self) -> Artefact:
        """The second half of `load`: its runtime makes of it what runs.

        Raises:
            VidcompressError: the runtime cannot.
        """
        run = self.executable()
        with _named(self.directory, self.manifest):
            return _artefact(self, run)


@contextmanager
def _named(folder: Path, manifest: Manifest) -> Generator[None]:
    """Says of an error which artefact it is about."""
    try:
        yield
    except VidcompressError as error:
        raise VidcompressError(f"artefact {str(folder)!r}: {error}{_made_with(manifest)}") from error


def _runtime(name: str, runtimes: Mapping[str, Runtime]) -> Runtime:
    try:
        find_runtime(name, runtimes)
    except VidcompressError as error:
        raise VidcompressError(f"{error}; one of your own is given to load() with runtimes=") from error
    return usable_runtime(name, runtimes)


def _own_files(folder: Path, manifest: Manifest, chosen: str, executes: Runtime) -> Executable:
    if chosen != manifest.format:
        raise VidcompressError(
            f"its files are those of runtime {manifest.format!r} and run in no other: save the variant for"
            f" {chosen!r}, too (--vc-runtime={chosen})"
        )
    if executes.load is None:
        raise VidcompressError(f"runtime {chosen!r} reads no files: it has no load=")
    try:
        return executes.load(folder)
    except VidcompressError:
        raise
    except Exception as error:  # every runtime raises kinds of its own
        raise VidcompressError(f"runtime {chosen!r} cannot read its files: {first_line(error)}") from error


def _recipe(manifest: Manifest, techniques: Mapping[str, Technique]) -> Recipe:
    try:
        return parse(manifest.recipe, techniques)
    except VidcompressError as error:
        raise VidcompressError(f"{error}; one of your own is given to load() with techniques=") from error


def _model(folder: Path, manifest: Manifest, recipe: Recipe, build: Callable[[], nn.Module] | None) -> Model:
    """The compressed model as techniques left it."""
    if TENSORS not in manifest.files:
        raise VidcompressError(f"its {FILE} names no {TENSORS}: save the variant again")
    if build is None and manifest.needs_module:
        raise VidcompressError(
            f"it has no {CONFIG}, because its model is none of transformers': load it with module=, a function that"
            " builds the uncompressed module"
        )
    tensors = tensor_files.read_tensors(folder, manifest.orders, manifest.packed)
    numels = [tensor.numel() for tensor in tensors.values()]
    module = built(build) if build else uncompressed(folder, numels)
    shapes = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
    # A damaged manifest may name a tensor that is not there; `restore` says so.
    shapes |= {name: shapes[first] for name, first in manifest.tied.items() if first in shapes}
    for step in recipe.steps:
        module = step.technique.rebuilt(module, step.parameters, shapes)
    restore(module, tensors, manifest.tied)
    return Model(
        manifest.model, module.eval(), _profile(manifest), manifest.labels, manifest.weights, manifest.notes
    )


def _profile(manifest: Manifest) -> Profile:
    if manifest.profile is None:
        raise VidcompressError(f"its {FILE} has no profile: save a variant, not a module alone")
    return manifest.profile


def _made_with(manifest: Manifest) -> str:
    """The versions that made it, where those here are others."""
    others = [
        f"{name} {manifest.versions[name]}, here is {here}"
        for name, here in versions().items()
        if manifest.versions.get(name, here) != here
    ]
    return f" (it was made with {'; '.join(others)})" if others else ""


def _artefact(opened: Opened, run: Executable) -> Artefact:
    manifest, executes = opened.manifest, opened.executes
    stored = opened.model and opened.model.module
    return Artefact(
        directory=opened.directory,
        name=opened.name,
        recipe=manifest.recipe,
        model=manifest.model,
        profile=_profile(manifest),
        labels=manifest.labels,
        weights=manifest.weights,
        runtime=opened.runtime,
        notes=manifest.notes,
        module=run,
        stored=stored,
        weighed=size_of(opened.directory, {FILE, *manifest.files}, executes.tensor_bytes),
        torch_kernels=stored is not None and executes.torch_kernels,
    )
