"""Integer weights in coarser steps, for a CPU that cuts off sums of their products. Heavy.

ONNX Runtime has a setting for such CPUs, which makes weights unsigned: 1.32 fails at two layers that share a zero
point, and makes no integer products of others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx  # pyright: ignore[reportMissingImports]
from onnx import numpy_helper  # pyright: ignore[reportMissingImports]

from ..integer_sums import fitting

_WEIGHT, _BIAS = 1, 2
"""Which inputs of a product they are."""
_OUTPUTS = {"MatMul": 1, "Conv": 0}
"""Along which axis of its weights a product has its outputs."""


def with_fitting_weights(content: bytes) -> bytes:
    """The model's bytes, with weights of integer products that fit, and biases that count the same steps."""
    model = onnx.load_model_from_string(content)
    stored = {each.name: each for each in model.graph.initializer}
    widened = {node.output[0]: node for node in model.graph.node if node.op_type == "DequantizeLinear"}
    done = set[str]()
    for product in model.graph.node:
        weight = widened.get(product.input[_WEIGHT]) if product.op_type in _OUTPUTS else None
        if weight is None or weight.input[0] not in stored or weight.input[0] in done:
            continue
        done.add(weight.input[0])
        coarser = _fit(stored, weight, _OUTPUTS[product.op_type])
        bias = widened.get(product.input[_BIAS]) if len(product.input) > _BIAS else None
        if bias is not None:
            _change(stored, bias.input[0], np.rint(_values(stored, bias.input[0]) / coarser))
            _change(stored, bias.input[1], _values(stored, bias.input[1]) * coarser)
    return model.SerializeToString()


def _fit(stored: Mapping[str, Any], weight: Any, outputs: int) -> np.ndarray[Any, Any]:
    """How many times coarser the steps of each output are."""
    integers, scale = weight.input[:2]
    fits, coarser = fitting(np.moveaxis(_values(stored, integers), outputs, 0))
    _change(stored, integers, np.moveaxis(fits, 0, outputs))
    _change(stored, scale, _values(stored, scale) * coarser)
    return coarser


def _values(stored: Mapping[str, Any], name: str) -> np.ndarray[Any, Any]:
    return numpy_helper.to_array(stored[name])


def _change(stored: Mapping[str, Any], name: str, values: np.ndarray[Any, Any]) -> None:
    same_kind = np.ascontiguousarray(values.astype(_values(stored, name).dtype))
    stored[name].CopyFrom(numpy_helper.from_array(same_kind, name))
