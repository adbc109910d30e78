"""A model -> the ONNX graph of one clip. Heavy: imported when a model is exported."""

from __future__ import annotations

import io
import warnings
from typing import Any

import torch
from torch import nn
from torch.nn.utils import parametrize

from ...compress.int8.layers import QuantizedLinear, StoredInt8, dequantized, in_range, replaced
from ...compress.int8.torch_packed import refuse_packed
from ...errors import VidcompressError, first_line
from ...models.adapter import Logits, example_pixels
from ...models.model import Model
from ...models.module_copy import module_copy

OPSET = 17
"""The first with a layer norm of its own."""


def onnx_graph(model: Model) -> bytes:
    """The file of a model, for pixels of one clip in its layout.

    Weights stay as they are stored: int8 and halves are widened in the graph, which ONNX Runtime does once when it
    loads it, and quantized layers are pairs of QuantizeLinear and DequantizeLinear, which it joins to integer
    kernels.

    Raises:
        VidcompressError: ONNX has no form for a part of it.
    """
    refuse_packed(model, "onnxruntime")
    file = io.BytesIO()
    try:
        with torch.no_grad(), warnings.catch_warnings():
            # The exporter that needs no further package says that there is a newer one.
            warnings.simplefilter("ignore")
            torch.onnx.export(
                Logits(_exportable(model.module)).eval(),
                (example_pixels(model.profile),),
                file,  # pyright: ignore[reportArgumentType]
                input_names=["pixels"],
                output_names=["logits"],
                opset_version=OPSET,
                dynamo=False,
                do_constant_folding=False,  # it would widen the weights in the file
            )
    except Exception as error:
        raise VidcompressError(
            f"model {model.name!r} cannot be exported to ONNX ({first_line(error)}); run it with"
            " --vc-runtime=torch"
        ) from error
    return file.getvalue()


def _exportable(module: nn.Module) -> nn.Module:
    """A copy whose parts are written as ONNX wants them."""
    module = replaced(module_copy(module), (QuantizedLinear, StoredInt8), lambda _, part: _written(part))
    for part in [*module.modules()]:
        for name, tensor in [*part.named_parameters(recurse=False), *part.named_buffers(recurse=False)]:
            if tensor.dtype == torch.float16:
                parametrize.register_parametrization(part, name, _Widened(), unsafe=True)
    return module


def _written(part: nn.Module) -> nn.Module:
    return _Integer(part) if isinstance(part, QuantizedLinear) else _Widening(part)


class _Widened(nn.Module):
    """Halves in the file, fp32 in the arithmetic."""

    def forward(self, halves: torch.Tensor) -> torch.Tensor:
        return halves.float()


class _Widening(nn.Module):
    """A layer with int8 weights in the file, fp32 in the arithmetic."""

    weight: torch.Tensor
    weight_scale: torch.Tensor

    def __init__(self, stored: Any) -> None:
        super().__init__()
        self.layer = stored.layer
        del self.layer.weight  # no parameter: it gets a plain tensor in every call
        self.register_buffer("weight", stored.weight)
        self.register_buffer("weight_scale", stored.weight_scale)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        self.layer.weight = dequantized(self.weight, self.weight_scale)
        return self.layer(inputs)


class _Integer(nn.Module):
    """`QuantizedLinear` as pairs of QuantizeLinear and DequantizeLinear around a matrix product."""

    weight: torch.Tensor
    weight_scale: torch.Tensor
    weight_zero_point: torch.Tensor
    input_scale: torch.Tensor
    input_zero_point: torch.Tensor
    bias: torch.Tensor | None

    def __init__(self, layer: QuantizedLinear) -> None:
        super().__init__()
        # Turned over here: a Transpose between the weights and the product would keep them from being joined.
        self.register_buffer("weight", layer.weight.t().contiguous())  # (inputs, outputs)
        self.register_buffer("weight_zero_point", torch.zeros_like(layer.weight[:, 0]))
        for name in ("weight_scale", "input_scale", "input_zero_point", "bias"):
            self.register_buffer(name, getattr(layer, name))

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        taken = in_range(inputs, self.input_scale, self.input_zero_point)
        weight: torch.Tensor = _Dequantized.apply(self.weight, self.weight_scale, self.weight_zero_point)
        product = taken @ weight
        return product if self.bias is None else product + self.bias


class _Dequantized(torch.autograd.Function):
    """int8 `(inputs, outputs)` around zero and a scale an output -> fp32; DequantizeLinear in the graph."""

    @staticmethod
    def forward(
        ctx: Any, weight: torch.Tensor, scale: torch.Tensor, zero_point: torch.Tensor
    ) -> torch.Tensor:
        return weight.float() * scale

    @staticmethod
    def symbolic(g: Any, weight: Any, scale: Any, zero_point: Any) -> Any:
        return g.op("DequantizeLinear", weight, scale, zero_point, axis_i=1)
