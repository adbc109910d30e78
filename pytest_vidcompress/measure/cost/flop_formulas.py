"""How much the operators multiply that the framework's counter does not know: of integers, recurrent and sparse ones.

A formula gives floating-point operations, two a multiply-accumulate, as the counter wants them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch

from ...artefacts.tensor_parts import matrices

Formula = Callable[..., int]
_LINEAR = (
    *("linear", "linear_relu", "linear_leaky_relu", "linear_tanh"),
    *("linear_dynamic", "linear_relu_dynamic", "linear_dynamic_fp16", "linear_relu_dynamic_fp16"),
    *("quantized_lstm_cell_dynamic", "quantized_gru_cell_dynamic"),
    *("quantized_rnn_relu_cell_dynamic", "quantized_rnn_tanh_cell_dynamic"),
)
_CONVOLUTION = tuple(
    f"conv{axes}d{what}"
    for axes in (1, 2, 3)
    for what in ("", "_relu", "_add", "_add_relu", "_dynamic", "_relu_dynamic")
)
_TRANSPOSED = tuple(f"conv_transpose{axes}d{what}" for axes in (1, 2, 3) for what in ("", "_dynamic"))


def formulas() -> dict[Any, Formula]:
    """By operator, as far as this build of torch has them."""
    aten, quantized = torch.ops.aten, torch.ops.quantized
    wanted: list[tuple[Any, str, Formula]] = [
        (aten, "_int_mm", _product),
        (aten, "_sparse_addmm", _sum_and_product),
        (aten, "dot", _dot),
        (aten, "vdot", _dot),
        (aten, "mkldnn_rnn_layer", _recurrent_layer),
        *((aten, name, _packed_rows) for name in ("quantized_lstm", "quantized_gru")),
        *((quantized, name, _packed_rows) for name in _LINEAR),
        *((quantized, name, _packed_convolution) for name in _CONVOLUTION),
        *((quantized, name, _packed_transposed) for name in _TRANSPOSED),
        (quantized, "matmul", _product),
    ]
    there = [(getattr(space, name, None), formula) for space, name, formula in wanted]
    return {operator: formula for operator, formula in there if operator is not None}


def _raw(formula: Formula) -> Formula:
    """Marks a formula that is given tensors and objects, where the counter would give shapes."""
    formula._get_raw = True  # type: ignore[attr-defined]  # pyright: ignore[reportFunctionMemberAccess]
    return formula


def _product(left: Any, right: Any, *_: Any, **__: Any) -> int:
    """`(..., N, K)` times `(..., K, M)`."""
    return 2 * math.prod(left) * right[-1]


def _sum_and_product(_: Any, left: Any, right: Any, *__: Any, **___: Any) -> int:
    return _product(left, right)


def _dot(left: Any, *_: Any, **__: Any) -> int:
    return 2 * math.prod(left)


def _recurrent_layer(inputs: Any, of_inputs: Any, of_hidden: Any, *_: Any, **__: Any) -> int:
    """One direction of one layer: `(steps, B, inputs)`, and two matrices that each step is multiplied with."""
    return 2 * inputs[0] * inputs[1] * (math.prod(of_inputs) + math.prod(of_hidden))


@_raw
def _packed_rows(inputs: torch.Tensor, *args: Any, **kwargs: Any) -> int:
    """Every row of the inputs, `(..., inputs)`, goes through all packed matrices: linear and recurrent layers."""
    rows = inputs.numel() // max(1, inputs.shape[-1])
    return 2 * rows * sum(weight.numel() for weight in _weights(args, kwargs))


@_raw
def _packed_convolution(inputs: torch.Tensor, *args: Any, out_val: torch.Tensor, **kwargs: Any) -> int:
    """A kernel, `(outputs, inputs / groups, ...)`, at every place of the output, `(B, outputs, ...)`."""
    (weight,) = _weights(args, kwargs)
    return 2 * out_val.numel() * weight[0].numel()


@_raw
def _packed_transposed(inputs: torch.Tensor, *args: Any, **kwargs: Any) -> int:
    """A kernel, `(inputs, outputs / groups, ...)`, at every place of the input, `(B, inputs, ...)`."""
    (weight,) = _weights(args, kwargs)
    return 2 * inputs.numel() * weight[0].numel()


def _weights(args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[torch.Tensor]:
    """Those in the packed parameters among what an operator was given."""
    given = [*args, *kwargs.values()]
    objects = [each for value in given for each in (value if isinstance(value, list) else [value])]
    return [weight for each in objects if isinstance(each, torch.ScriptObject) for weight in matrices(each)]
