"""`fp32`: nothing. The reference itself as a variant, a control of everything that is measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .parameters import Nothing
from .technique import Technique

if TYPE_CHECKING:
    from ..clips.loader import Clips
    from ..models.model import Model


def apply(model: Model, parameters: Nothing, clips: Clips) -> Model:
    return model


FP32 = Technique("the reference itself, as a control", apply, alone=True)
TECHNIQUES = {"fp32": FP32}
