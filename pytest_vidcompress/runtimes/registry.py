"""All runtimes by name. Light to import: what they need is imported when they run something."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from .onnx import ONNXRUNTIME
from .openvino import OPENVINO
from .runtime import Runtime
from .torch_compile import TORCH_COMPILE
from .torch_eager import TORCH

RUNTIMES: Mapping[str, Runtime] = MappingProxyType(
    {"torch": TORCH, "torch-compile": TORCH_COMPILE, "openvino": OPENVINO, "onnxruntime": ONNXRUNTIME}
)
