"""A model -> the ONNX graph of one clip. Heavy: imported when a model is exported."""

from __future__ import annotations

import io
import warnings
from typing import Any

import onnx  # pyright: ignore[reportMissingImports]
import torch
from torch import nn

from ...compress.int8.torch_packed import refuse_packed
from ...compress.layers.by_clip import refuse_by_clip
from ...errors import VidcompressError, first_line
from ...models.adapter import Logits, example_pixels
from ...models.model import Model
from .exportable import exportable
from .integer_convolutions import drop_needless_pairs
from .module_names import name_by_module

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
    refuse_by_clip(model, "onnxruntime")
    file = io.BytesIO()
    try:
        with torch.no_grad(), warnings.catch_warnings():
            # The exporter that needs no further package says that there is a newer one.
            warnings.simplefilter("ignore")
            torch.onnx.export(
                Logits(exportable(model.module)).eval(),
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
    return _finished(file.getvalue(), model.module)


def _finished(content: bytes, module: nn.Module) -> bytes:
    """The file with what the exporter cannot know."""
    exported: Any = onnx.load_model_from_string(content)
    names = [name for name, _ in module.named_modules()]
    changes = name_by_module(exported.graph, names), drop_needless_pairs(exported.graph)
    return exported.SerializeToString() if any(changes) else content
