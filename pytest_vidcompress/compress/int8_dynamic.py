"""`int8-dynamic`: linear layers with int8 weights, activations quantized as they come.

The study's int8 (section 6.2.2): torch's dynamic quantization, per-tensor weights. The study's models got
1.5 to 1.7 times slower; much of that hangs on the engine that multiplies, so it is chosen by the layers' size.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..errors import VidcompressError
from .parameters import one_of
from .technique import Technique

if TYPE_CHECKING:
    from torch import nn

    from ..clips.loader import Clips
    from ..models.model import Model

ENGINES = ("onednn", "x86", "fbgemm", "qnnpack")
AUTO = "auto"
LARGE = 512 * 512
"""Weights of a layer from which oneDNN pays."""


@dataclass(frozen=True)
class Int8Dynamic:
    engine: str = AUTO
    """Who multiplies: `onednn`, `x86`, `fbgemm`, `qnnpack`, or `auto` by the size of the layers."""

    def __post_init__(self) -> None:
        one_of(self, "engine", (AUTO, *ENGINES))


def apply(model: Model, parameters: Int8Dynamic, clips: Clips) -> Model:
    from torch import nn

    if not any(isinstance(part, nn.Linear) for part in model.module.modules()):
        raise VidcompressError(f"model {model.name!r} has no linear layers for int8-dynamic")
    engine = _engine(model.module, parameters)
    module = quantize(model.module, engine)
    return replace(model, module=module, notes=(*model.notes, f"int8 engine {engine}"))


def rebuild(module: nn.Module, parameters: Int8Dynamic) -> nn.Module:
    from .int8.packed_linear import without_weights

    return without_weights(module, _engine(module, parameters)).eval()


def quantize(module: nn.Module, engine: str) -> nn.Module:
    """A copy of `module` whose linear layers are int8 ones packed for `engine`."""
    from .int8.packed_linear import quantized

    return quantized(module, engine)


def _engine(module: nn.Module, parameters: Int8Dynamic) -> str:
    from torch import nn

    if parameters.engine != AUTO:
        return parameters.engine
    linears = [part for part in module.modules() if isinstance(part, nn.Linear)]
    shapes = Counter((each.in_features, each.out_features) for each in linears)
    return engine_for(*max(shapes, key=lambda shape: shapes[shape] * shape[0] * shape[1]))


def engine_for(inputs: int, outputs: int) -> str:
    """The engine for layers of this shape, the same in every run.

    Timing the engines here would choose now one, now the other where they are close, and a variant that is
    another program from run to run cannot be held to its time. oneDNN wins on large layers (0.45 against 0.53 of
    fp32 on a base model), and loses its start-up cost on small ones.
    """
    import torch

    preferred = "onednn" if inputs * outputs >= LARGE else "x86"
    supported = torch.backends.quantized.supported_engines
    return preferred if preferred in supported else torch.backends.quantized.engine


INT8_DYNAMIC = Technique(
    "int8 linear layers, activations quantized on the fly", apply, Int8Dynamic, last=True, rebuild=rebuild
)
TECHNIQUES = {"int8-dynamic": INT8_DYNAMIC}
