"""Which convolutions round their outputs: those that ONNX Runtime would else compute in float.

Its integer kernel gives integers: it takes a Conv only together with the QuantizeLinear that takes all of its
outputs. Where the next quantized layer has one already, perhaps behind a ReLU, another would only round once more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

_BETWEEN = ("Relu", "MaxPool")
"""What its integer kernels do as well."""


def drop_needless_pairs(graph: Any) -> bool:
    """Takes the QuantizeLinear and DequantizeLinear after a Conv away that the next layer makes needless.

    Args:
        graph: of an ONNX file, in which each quantized Conv has a pair; changed in place.

    Returns:
        Was anything changed?
    """
    takers: defaultdict[str, list[Any]] = defaultdict(list)
    for node in graph.node:
        for name in node.input:
            takers[name].append(node)
    needless: list[str] = []
    for conv in (node for node in graph.node if node.op_type == "Conv"):
        pair = _pair(conv, takers)
        if pair and _is_rounded_next(pair[-1].output[0], takers):
            for taker in takers[pair[-1].output[0]]:
                taker.input[0] = conv.output[0]
            needless += [node.name for node in pair]
    rest = [node for node in graph.node if node.name not in needless]
    del graph.node[:]
    graph.node.extend(rest)
    return bool(needless)


def _pair(conv: Any, takers: defaultdict[str, list[Any]]) -> Sequence[Any]:
    """The QuantizeLinear and DequantizeLinear that take all that a Conv gives; empty where there are none."""
    pair: list[Any] = []
    name = conv.output[0]
    for kind in ("QuantizeLinear", "DequantizeLinear"):
        after = takers[name]
        if len(after) != 1 or after[0].op_type != kind:
            return ()
        pair.append(after[0])
        name = after[0].output[0]
    return pair


def _is_rounded_next(name: str, takers: defaultdict[str, list[Any]]) -> bool:
    """Does a tensor go to a single QuantizeLinear, and nowhere else?"""
    after = takers[name]
    if len(after) != 1:
        return False
    if after[0].op_type in _BETWEEN:
        return _is_rounded_next(after[0].output[0], takers)
    return after[0].op_type == "QuantizeLinear"
