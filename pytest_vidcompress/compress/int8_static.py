"""`int8-static`: weights and activations are int8, with ranges that calibration clips have shown.

SmoothQuant first; then for every linear layer and convolution the scales that lose least on what it was given, and a
bias that takes up the shift; where it pays, the products of attention too. What remains float are norms, softmax,
additions and what `keep` names.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, cast

from ..errors import VidcompressError
from .parameters import in_range, one_of
from .technique import Technique, refuse_without_clips

if TYPE_CHECKING:
    from torch import nn

    from ..clips.loader import Clips
    from ..models.model import Model
    from .int8.observe import Seen
    from .int8.quantized import QuantizedLayer
    from .int8.range import Range
    from .layers.dataflow import Dataflow
    from .layers.product import Layer

AUTO = "auto"
LONG = 128
"""Tokens from which it pays to quantize the products of attention."""


@dataclass(frozen=True)
class Int8Static:
    smooth: float = 0.5
    """How much of the inputs' reach moves into the weights (SmoothQuant's alpha); 0: nothing is moved."""
    attention: str = AUTO
    """Where the products of attention are int8 too: `all`, `none`, or `auto`: over many tokens."""
    keep: str = ""
    """Layers that stay float: patterns of their dotted names, separated by `|`."""

    def __post_init__(self) -> None:
        in_range(self, "smooth", 0, 1)
        one_of(self, "attention", (AUTO, "all", "none"))

    @property
    def after(self) -> Collection[str]:
        """What must come before it: only `fuse` makes a part of its own of attention's products."""
        return ("fuse",) if self.attention == "all" else ()


@dataclass(frozen=True)
class Calibration:
    """What calibration clips say of a model."""

    layers: Mapping[str, QuantizedLayer]
    """Dotted name -> the int8 layer that is to take the place of this one; what stays float is not there."""
    products: Mapping[str, Sequence[Range]]
    """Dotted name of a part of attention -> the ranges of queries, keys, values and weights."""
    note: str


def apply(model: Model, parameters: Int8Static, clips: Clips) -> Model:
    from .layers.recurrent import recurrent_note

    calibration = calibrated(model, parameters, clips, "int8-static")
    made = with_int8(
        model.module,
        parameters,
        lambda name, _: calibration.layers.get(name),
        calibration.products.__getitem__,
    )
    return replace(model, module=made, notes=(*model.notes, calibration.note, *recurrent_note(made)))


def calibrated(model: Model, parameters: Int8Static, clips: Clips, technique: str) -> Calibration:
    """Smooths a model's module in place, and finds the int8 layers that lose least.

    Args:
        technique: who asks, for the message.

    Raises:
        VidcompressError: there are no clips or no layers, or one of these is never called.
    """
    from .int8.fit import factor_range
    from .int8.observe import observe
    from .int8.smooth import smooth
    from .layers.dataflow import dataflow

    refuse_without_clips(technique, clips)
    module = model.module
    # Smoothing changes no query, key or value, so one pass over the clips sees all.
    seen, products = observe(module, clips, _attentions(module, parameters.attention))
    if not seen:
        raise VidcompressError(f"model {model.name!r} has no linear layers or convolutions for {technique}")
    flow = dataflow(module, next(iter(clips.batches(1)))[0][:1])
    if parameters.smooth:
        smooth(module, seen, parameters.smooth, flow)
    layers = _fitted(model, parameters, seen, flow, technique)
    ranges = {name: [*map(factor_range, values)] for name, values in products.items()}
    return Calibration(layers, ranges, f"calibrated on {clips.expected} clips")


def _fitted(
    model: Model, parameters: Int8Static, seen: Mapping[str, Seen], flow: Dataflow, technique: str
) -> Mapping[str, QuantizedLayer]:
    from .int8.fit import fitted
    from .layers.product import is_layer

    layers: dict[str, QuantizedLayer] = {}
    for name, part in model.module.named_modules():
        if not is_layer(part) or _is_kept(name, parameters):
            continue
        if name not in seen:
            raise VidcompressError(
                f"{technique}: layer {name!r} of model {model.name!r} is never called as a module, so nobody knows"
                f" its inputs: leave it float with keep={name}"
            )
        layers[name] = fitted(part, seen[name], flow.is_rectified(name))
    return layers


def rebuild(module: nn.Module, parameters: Int8Static, stored: Collection[str]) -> nn.Module:
    import torch
    from torch import nn

    from .int8.quantized import QuantizedConvolution, QuantizedLinear
    from .int8.range import Range

    anything = Range.of(-1.0, 1.0)

    def layer(name: str, part: Layer) -> nn.Module | None:
        # Artefacts of before hold convolutions as floats.
        is_float = f"{name}.weight_scale" not in stored
        if _is_kept(name, parameters) or (is_float and not isinstance(part, nn.Linear)):
            return None
        scale = part.weight.new_ones(part.weight.shape[0])
        if isinstance(part, nn.Linear):
            made: nn.Module = QuantizedLinear(part, anything, scale)
        else:
            made = QuantizedConvolution(part, anything, anything, scale)
        # What rounding shifts is in a bias, also where the layer had none.
        made.register_buffer("bias", torch.zeros_like(scale) if f"{name}.bias" in stored else None)
        return made

    return with_int8(module, parameters, layer, lambda _: (anything,) * 4)


def with_int8(
    module: nn.Module,
    parameters: Int8Static,
    layer: Callable[[str, Layer], nn.Module | None],
    ranges: Callable[[str], Sequence[Range]],
) -> nn.Module:
    """Puts int8 parts in the place of those that are to be int8.

    Args:
        layer: `(dotted name, layer) -> what takes its place`; None leaves it float.
        ranges: of queries, keys, values and weights of a part of attention, by its dotted name.
    """
    from .fuse.fused_layers import Attention, PerHead
    from .int8.quantized import QuantizedAttention
    from .int8.stored_weights import StoredInt8, halved_tables
    from .layers.product import is_layer
    from .layers.substitute import exactly, substitute

    products = _attentions(module, parameters.attention)
    substitute(
        module,
        exactly(Attention),
        lambda name, _: QuantizedAttention(*ranges(name)) if name in products else None,
    )
    # Matrices that few rows meet: their bytes count, their products do not.
    substitute(module, exactly(PerHead), lambda _, part: StoredInt8(cast(PerHead, part)))
    return halved_tables(substitute(module, is_layer, lambda name, part: layer(name, cast("Layer", part))))


def _is_kept(name: str, parameters: Int8Static) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in parameters.keep.split("|"))


def _attentions(module: nn.Module, where: str) -> Collection[str]:
    """The names of the parts of attention whose products are to be int8."""
    from .fuse.fused_layers import Attention

    return {
        name
        for name, part in module.named_modules()
        if isinstance(part, Attention) and (where == "all" or (where == AUTO and part.tokens >= LONG))
    }


INT8_STATIC = Technique(
    "int8 weights and activations, ranges from calibration clips",
    apply,
    Int8Static,
    last=True,
    rebuild=rebuild,
    runtime="openvino",
    after=lambda parameters: parameters.after,
    followers=("bf16",),
)
TECHNIQUES = {"int8-static": INT8_STATIC}
