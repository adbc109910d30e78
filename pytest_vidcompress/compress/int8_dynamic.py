"""`int8-dynamic`: linear layers with int8 weights, activations quantized as they come.

The study's int8 (section 6.2.2): torch's dynamic quantization, per-tensor weights. The study's models got 1.5 to 1.7
times slower; much of that depends on the engine that multiplies, so it is chosen by the layers' size.

Torch has no right kernel for convolutions: its `conv3d_dynamic` rounds outputs to the range of the inputs, so that of
what follows a ReLU nothing below zero is left. Of a CNN, theirs are int8 weights computed with in float.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

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
    convolutions: str = AUTO
    """Whose weights are int8 too, computed with in float: `all`, `none`, or `auto`: all, where they are at least as
    many as linear layers."""

    def __post_init__(self) -> None:
        one_of(self, "engine", (AUTO, *ENGINES))
        one_of(self, "convolutions", (AUTO, "all", "none"))


def apply(model: Model, parameters: Int8Dynamic, clips: Clips) -> Model:
    from torch import nn

    from .int8.packed_linear import packed
    from .layers.recurrent import recurrent_note

    if not any(isinstance(part, nn.Linear) for part in model.module.modules()):
        raise VidcompressError(
            f"model {model.name!r} has no linear layers for int8-dynamic: int8-static multiplies integers in"
            " convolutions, and int8-weights stores them"
        )
    engine = _engine(model.module, parameters)
    convolutions = _convolutions(model.module, parameters.convolutions)
    module = packed(_with_int8(model.module, convolutions), engine)
    return replace(
        model, module=module, notes=(*model.notes, f"int8 engine {engine}", *recurrent_note(module))
    )


def rebuild(module: nn.Module, parameters: Int8Dynamic, stored: Collection[str]) -> nn.Module:
    from .int8.packed_linear import without_weights

    convolutions = {name for name in _convolutions(module, "all") if f"{name}.weight_scale" in stored}
    return without_weights(_with_int8(module, convolutions), _engine(module, parameters)).eval()


def _convolutions(module: nn.Module, which: str) -> Collection[str]:
    """Names of the convolutions whose weights are to be int8."""
    from .layers.product import is_convolution, is_layer

    layers = {name: part for name, part in module.named_modules() if is_layer(part)}
    found = {name for name, part in layers.items() if is_convolution(part)}
    # The patches of a transformer are one convolution.
    is_cnn = 2 * len(found) >= len(layers)
    return found if which == "all" or (which == AUTO and is_cnn) else set()


def _with_int8(module: nn.Module, convolutions: Collection[str]) -> nn.Module:
    """Stores the weights of convolutions as int8."""
    from .int8.stored_weights import Storable, StoredInt8
    from .layers.product import is_convolution
    from .layers.substitute import substitute

    def layer(name: str, part: nn.Module) -> nn.Module | None:
        return StoredInt8(cast(Storable, part)) if name in convolutions else None

    return substitute(module, is_convolution, layer)


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
    "int8 linear layers, activations quantized on the fly",
    apply,
    Int8Dynamic,
    last=True,
    rebuild=rebuild,
    on_cpu_alone=True,
)
TECHNIQUES = {"int8-dynamic": INT8_DYNAMIC}
