"""Integer weights in coarser steps, for a CPU that cuts off sums of their products. Heavy."""

from __future__ import annotations

from typing import Any

from openvino import Type, opset13
from openvino.utils import replace_node

from ..integer_sums import fitting

_PRODUCTS = ("MatMul", "Convolution", "GroupConvolution")
_BETWEEN = ("Multiply", "Reshape", "Transpose")
"""What may lie between scaled weights and their product: a batch norm's factor, groups."""


def coarsen(model: Any) -> None:
    """Makes the weights of all products that multiply integers fit, in place.

    Those that are only stored as integers are multiplied as floats, and keep all their steps.
    """
    for product in model.get_ordered_ops():
        if product.get_type_name() in _PRODUCTS and _is_rounded(product):
            scaled = _scaled_weights(product.input_value(1).get_node())
            if scaled is not None:
                _fit(scaled)


def _is_rounded(product: Any) -> bool:
    """Is what it is given rounded to integers?"""
    return product.input_value(0).get_node().get_type_name() == "FakeQuantize"


def _scaled_weights(node: Any) -> Any | None:
    """Where integers, widened, are multiplied by a scale each; None of anything else."""
    while node.get_type_name() in _BETWEEN:
        inner = node.input_value(0).get_node()
        if inner.get_type_name() == "Convert":
            weight = inner.input_value(0).get_node()
            return node if _is_constant(weight) and weight.get_element_type() == Type.i8 else None
        node = inner
    return None


def _fit(scaled: Any) -> None:
    weight, scale = (
        scaled.input_value(0).get_node().input_value(0).get_node(),
        scaled.input_value(1).get_node(),
    )
    fits, coarser = fitting(weight.data)
    steps = scale.data * coarser.reshape(-1, *[1] * (scale.data.ndim - 1))
    for old, new in ((weight, fits), (scale, steps.astype(scale.data.dtype))):
        made = opset13.constant(new)
        made.set_friendly_name(old.get_friendly_name())
        replace_node(old, made)


def _is_constant(node: Any) -> bool:
    return node.get_type_name() == "Constant"
