"""`int8-dynamic`: linear layers with int8 weights, activations quantized as they come.

The study's int8 (section 6.2.2): torch's dynamic quantization, per-tensor weights. The study's models got
1.5 to 1.7 times slower; much of that hangs on the engine that multiplies, so it is chosen by the layers' size.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..errors import VidcompressError
from .technique import Technique, one_of

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

    linears = [m for m in model.module.modules() if isinstance(m, nn.Linear)]
    if not linears:
        raise VidcompressError(f"model {model.name!r} has no linear layers for int8-dynamic")
    engine = parameters.engine
    if engine == AUTO:
        shapes = Counter((m.in_features, m.out_features) for m in linears)
        engine = engine_for(*max(shapes, key=lambda shape: shapes[shape] * shape[0] * shape[1]))
    module = quantize(model.module, engine)
    return replace(model, module=module, notes=(*model.notes, f"int8 engine {engine}"))


def quantize(module: nn.Module, engine: str) -> nn.Module:
    """Replaces the linear layers of `module` by int8 ones packed for `engine`."""
    import torch
    from torch import nn

    with _engine(engine), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecation notices: the study's technique is just this call
        return torch.ao.quantization.quantize_dynamic(  # pyright: ignore[reportDeprecated]
            module, {nn.Linear}, dtype=torch.qint8
        )


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


@contextmanager
def _engine(name: str) -> Generator[None]:
    import torch

    if name not in torch.backends.quantized.supported_engines:
        there = ", ".join(e for e in torch.backends.quantized.supported_engines if e != "none")
        raise VidcompressError(f"quantization engine {name!r} is not in this torch: it has {there}")
    before = torch.backends.quantized.engine
    torch.backends.quantized.engine = name
    try:
        yield
    finally:
        torch.backends.quantized.engine = before


INT8_DYNAMIC = Technique(
    "int8 linear layers, activations quantized on the fly", apply, Int8Dynamic, last=True
)
