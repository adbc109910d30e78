"""`int8-weights`: every matrix and kernel is stored as int8, a scale an output, and computed with in float.

A quarter of the bytes at the speed of before: for where storage or a download is what hurts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from ..errors import VidcompressError
from .parameters import Nothing
from .technique import Technique

if TYPE_CHECKING:
    from torch import nn

    from ..clips.loader import Clips
    from ..models.model import Model


def apply(model: Model, parameters: Nothing, clips: Clips) -> Model:
    from .int8.stored_weights import is_storable
    from .layers.recurrent import recurrent_note

    if not any(map(is_storable, model.module.modules())):
        raise VidcompressError(f"model {model.name!r} has no linear or convolution layers for int8-weights")
    module = _with_int8(model.module, lambda _: True)
    return replace(model, module=module, notes=(*model.notes, *recurrent_note(module)))


def rebuild(module: nn.Module, parameters: Nothing, stored: Collection[str]) -> nn.Module:
    from torch import nn

    # Artefacts of before hold others than these as floats.
    always = {
        name for name, part in module.named_modules() if type(part) in (nn.Linear, nn.Conv2d, nn.Conv3d)
    }
    return _with_int8(module, lambda name: name in always or f"{name}.weight_scale" in stored)


def _with_int8(module: nn.Module, wanted: Callable[[str], bool]) -> nn.Module:
    """Stores the weights of layers as int8 whose dotted names are `wanted`."""
    from .int8.stored_weights import Storable, StoredInt8, halved_tables, is_storable
    from .layers.substitute import substitute

    def layer(name: str, part: nn.Module) -> nn.Module | None:
        return StoredInt8(cast(Storable, part)) if wanted(name) else None

    return halved_tables(substitute(module, is_storable, layer))


INT8_WEIGHTS = Technique(
    "int8 weights on disk, float arithmetic", apply, last=True, rebuild=rebuild, followers=("bf16",)
)
TECHNIQUES = {"int8-weights": INT8_WEIGHTS}
