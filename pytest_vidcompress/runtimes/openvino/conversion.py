"""A model -> OpenVINO's intermediate representation of one clip. Heavy: imported when a model is converted."""

from __future__ import annotations

import re
import tempfile
import warnings
from pathlib import Path
from typing import Any

import torch
from openvino import convert_model, save_model
from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder
from torch import nn

from ...compress.int8.torch_packed import refuse_packed
from ...compress.layers.by_clip import refuse_by_clip
from ...compress.layers.widening import widen_in_graph
from ...errors import VidcompressError, first_line
from ...models.adapter import Logits, example_pixels
from ...models.model import Model
from ...models.module_copy import module_copy
from ...models.narrow import asks_for_bf16, has_narrow_parameters, is_narrow
from ..torch_eager import executable
from .node import module_of
from .norms_apart import needs_norms_apart, norms_apart

NAME = "model"
_CONVOLUTIONS = ("Convolution", "GroupConvolution")
_NUMBERED = re.compile(r"[A-Z][A-Za-z]*_\d+")
_ABOUT = re.compile(rb"\t<rt_info>(?:(?!<rt_info>).)*</rt_info>\n(?=</net>)", re.DOTALL)
"""Which OpenVINO wrote the file: the manifest says so too, and a size must not depend on how long that is."""


def representation(model: Model) -> tuple[bytes, bytes]:
    """The XML and the weights that it refers to, for pixels of one clip in the model's layout.

    Raises:
        VidcompressError: OpenVINO has no form for a part of it.
    """
    refuse_packed(model, "openvino")
    refuse_by_clip(model, "openvino")
    module = model.module.eval()
    narrow = any(tensor.dtype == torch.int8 or is_narrow(tensor) for tensor in module.state_dict().values())
    if needs_norms_apart(module):
        module = norms_apart(module_copy(module))
    if asks_for_bf16(module):
        module = widen_in_graph(module_copy(module))
    elif has_narrow_parameters(module):
        module = executable(module)
    try:
        converted = _converted(module, example_pixels(model.profile))
    except Exception as error:  # of tracing and of converting, each of many kinds
        raise VidcompressError(
            f"model {model.name!r} cannot be converted to OpenVINO ({first_line(error)}); run it with"
            " --vc-runtime=torch"
        ) from error
    _name_by_place(converted)
    with tempfile.TemporaryDirectory(prefix="vidcompress-") as folder:
        graph, weights = Path(folder, f"{NAME}.xml"), Path(folder, f"{NAME}.bin")
        # What was made smaller has its remaining floats as halves on disk; anything else stays what it is.
        save_model(converted, graph, compress_to_fp16=narrow)
        return _ABOUT.sub(b"", graph.read_bytes()), weights.read_bytes()


def _converted(module: nn.Module, pixels: torch.Tensor) -> Any:
    with torch.no_grad(), warnings.catch_warnings():
        # Of tracing: its shape is fixed on purpose.
        warnings.simplefilter("ignore")
        # Checking a trace runs the model twice more, which at full size is most of the time.
        traced = TorchScriptPythonDecoder(
            Logits(module), example_input=pixels, trace_kwargs={"check_trace": False}
        )
        return convert_model(traced, input=[pixels.shape])


def _name_by_place(model: Any) -> None:
    """Names what OpenVINO numbers through a whole process: the same model is the same bytes, wherever it is made."""
    model.set_friendly_name(NAME)
    for place, node in enumerate(model.get_ordered_ops()):
        if _NUMBERED.fullmatch(node.get_friendly_name()):
            kind = node.get_type_name()
            module = _module_of_weights(node) if kind in _CONVOLUTIONS else ""
            node.set_friendly_name(f"{module}/aten::_convolution/{kind}" if module else f"{kind}_{place}")


def _module_of_weights(convolution: Any) -> str:
    """The module that a convolution has its weights from, as node names begin; empty where nothing tells.

    It loses its name where OpenVINO makes one of it and the batch norm after it.
    """
    node = convolution.input_value(1).get_node()
    while node.get_input_size():
        module, _, operator = node.get_friendly_name().partition("/")
        if operator and module_of(module):
            return module
        node = node.input_value(0).get_node()
    return ""
