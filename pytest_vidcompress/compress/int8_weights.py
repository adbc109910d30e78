"""`int8-weights`: every matrix and kernel is stored as int8, a scale an output, and computed with in float.

A quarter of the bytes at the speed of before: for where storage or a download is what hurts.
"""

from __future__ import annotations

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
    from .int8.layers import STORABLE

    if not any(type(part) in STORABLE for part in model.module.modules()):
        raise VidcompressError(f"model {model.name!r} has no linear or convolution layers for int8-weights")
    return replace(model, module=rebuild(model.module, parameters))


def rebuild(module: nn.Module, parameters: Nothing) -> nn.Module:
    from .int8.layers import STORABLE, StoredInt8, Weighted, halved_tables, replaced

    return halved_tables(replaced(module, STORABLE, lambda _, part: StoredInt8(cast(Weighted, part))))


INT8_WEIGHTS = Technique("int8 weights on disk, float arithmetic", apply, last=True, rebuild=rebuild)
TECHNIQUES = {"int8-weights": INT8_WEIGHTS}
