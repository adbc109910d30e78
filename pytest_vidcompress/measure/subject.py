"""What can be measured, and what it says of itself: asked once, before anything is measured of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import nn

from ..artefacts import save as artefact
from ..artefacts.folder import read
from ..artefacts.load import Artefact
from ..artefacts.size import Size
from ..artefacts.variant import Variant
from ..errors import VidcompressError
from ..models.device import device_of, elsewhere
from ..models.learning_curve import LearningCurve
from ..models.model import Model
from ..models.own_dtype import OwnDtype
from ..runtimes.bf16_kernels import Bf16
from ..runtimes.precisions import INT8
from ..runtimes.torch_eager import bf16, runnable
from .cost.isa import isa

Target = Variant | Artefact | nn.Module | Callable[[torch.Tensor], Any]
"""What can be measured: a variant, a loaded artefact, a module, or any callable pixels -> logits."""


@dataclass(frozen=True)
class Subject:
    """A target by what measuring needs to know of it."""

    run: Callable[[torch.Tensor], Any]
    """What executes: pixels `(1, T, C, H, W)` -> logits."""
    size: Callable[[], Size | None]
    """Weighs the artefact; None of a callable, which shows no files."""
    stored: nn.Module | None = None
    """The module as its artefact holds it; None of what shows no weights."""
    name: str = ""
    """By what it goes in tables and baselines; empty where it has no name of its own."""
    runtime: str = "torch"
    in_torch: bool = False
    """Torch's own kernels execute it."""
    notes: tuple[str, ...] = ()
    """What its recipe decided on the machine that made it."""
    files: Callable[[Path], Path] | None = None
    """Puts its artefact on disk, at a path that is new, and says where it is; None of what has none that loads by
    itself."""
    curves: tuple[LearningCurve, ...] = ()
    """How its recipe trained it."""
    recipe: str = ""
    """What makes it of the uncompressed model, with `@runtime` where that is not its techniques' own; empty of what
    no recipe made."""
    chosen: tuple[int, ...] = ()
    """Of the frames that its model is shown, those that it looks at; empty: all, or it does not say."""
    refuse_other: Callable[[Model], None] = lambda model: None
    """Raises VidcompressError where it is not made for what this model is shown and asked."""

    @classmethod
    def of(cls, target: Target) -> Subject:
        """Asks a target for everything."""
        if isinstance(target, Variant):
            return cls(
                target.module,
                target.size,
                target.model.module,
                target.name,
                target.runtime,
                target.executes.torch_kernels,
                target.notes,
                None if artefact.needs_module(target) else partial(_saved, target),
                target.model.curves,
                str(target.complete_recipe.on(target.runtime)),
                target.model.profile.chosen,
            )
        if isinstance(target, Artefact):
            return cls(
                target.module,
                target.size,
                target.stored,
                # A runtime's own files show neither weights nor operators, which its variant's entry has.
                target.name if target.stored is not None else f"{target.name} from files",
                target.runtime,
                target.torch_kernels,
                target.notes,
                None if read(target.directory).needs_module else lambda folder: target.directory,
                recipe=target.name,
                chosen=target.profile.chosen,
                refuse_other=target.refuse_other,
            )
        if isinstance(target, nn.Module):
            return cls(runnable(target), lambda: artefact.size(target), target, in_torch=True)
        return cls(target, lambda: None)

    def refuse_elsewhere(self, device: torch.device) -> None:
        """Raises VidcompressError where it does not compute on a device, as far as that shows: a function shows
        nothing. It is not moved there unasked."""
        if device.type == "cpu":
            return
        what = repr(self.name) if self.name else "the measured module"
        if not self.in_torch and self.name:
            raise VidcompressError(f"{what} cannot run on {device}: {self.runtime} computes on the CPU alone")
        place = elsewhere(self.stored, device) if self.stored else ""
        if place:
            raise VidcompressError(
                f"{what} is not on {device}, where it is measured ({place} is elsewhere): move a module with"
                " .to(vc_model.device), or load an artefact with load(folder, device=vc_model.device)"
            )

    @property
    def runtime_version(self) -> str:
        """Of what executes it, where that says so of each variant; empty elsewhere."""
        return getattr(self.run, "runtime_version", "")

    @property
    def isa(self) -> str:
        """Instruction set of its kernels, as far as somebody says so."""
        return isa(self.run, self.in_torch, device_of(self.stored))

    @property
    def bf16(self) -> Bf16 | None:
        """What becomes of what it stores in bfloat16; None of what stores none, or computes as a user made it."""
        if not self.in_torch:
            said: Any = getattr(self.run, "bf16", None)
            return said if isinstance(said, Bf16) else None
        return None if self.stored is None or isinstance(self.run, OwnDtype) else bf16(self.stored)

    @property
    def precisions(self) -> Mapping[str, str] | None:
        """What the products of modules compute in, as who executes them says; None where it does not say. Torch shows
        its operators instead."""
        if self.in_torch:
            return {}
        for name in ("precisions", "integers"):
            say: Any = getattr(self.run, name, None)
            if callable(say):
                said: Any = say()
                return said if isinstance(said, Mapping) else dict.fromkeys(said, INT8)
        return None


def _saved(variant: Variant, folder: Path) -> Path:
    variant.save(folder)
    return folder
