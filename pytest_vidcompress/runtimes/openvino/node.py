"""A node of the graph that OpenVINO compiled: which modules' products it computes, and whether as integers."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from ..precisions import BF16, FLOAT32, FP16, INT8

_PRODUCT = re.compile(
    r"__module\.module\.([\w.]+)/aten::\w+/(?:MatMul|(?:Group)?Convolution|ScaledDotProductAttention)(?:_\d+)?(/.*)?"
)
"""Module, and what an operator became that was put in the place of its product."""
_BIASED = re.compile(r"__module\.module\.([\w.]+)/aten::linear/Add(?:_\d+)?()")
"""The same of a float product that has the name of the addition of its bias."""
_MODULE = re.compile(r"__module\.(?:module\b\.?)?([\w.]*)")
"""Module; the model is wrapped in one that holds it as `module`."""
_FLOATS = {"_bf16": BF16, "_f16": FP16}
"""How the names of kernels end that compute in them; none in integers without being asked for them."""
_COMPUTING = ("FullyConnected", "MatMul", "Convolution", "Subgraph", "ScaledDotProductAttention")
"""Layers that may hold products, some of them many operators in one."""


def products_of(node: Any) -> Collection[str]:
    """The modules whose products a node computes."""
    if told(node, "layerType") not in _COMPUTING:
        return ()
    names = told(node, "originalLayersNames").split(",")
    if is_fused(node):
        # Scaling what a product gave is none, where it is in a node of its own; nor is adding a bias.
        return [product[1] for name in names if (product := _PRODUCT.fullmatch(name)) and not product[2]]
    found = [_PRODUCT.fullmatch(name) or _BIASED.fullmatch(name) for name in names]
    # A product that took in what follows it, such as a scale, may have that one's name alone.
    return [product[1] for product in found if product] or [*filter(None, map(module_of, names[-1:]))]


def module_of(name: str) -> str:
    """The module that a node says by its name that it came from; empty where it does not say."""
    found = _MODULE.match(name)
    return found[1] if found else ""


def is_fused(node: Any) -> bool:
    """Is it many operators in one?"""
    return told(node, "layerType") == "Subgraph"


def multiplies_integers(node: Any) -> bool:
    """Do all products of a node multiply integers?"""
    integers = told(node, "primitiveType").lower().endswith(("_i8", "_u8"))
    # The kernel is that of the first product, and the second takes a factor from outside too.
    outside = node.inputs() if is_fused(node) else ()
    return integers and not any(each.get_element_type().is_real() for each in outside)


def precision(node: Any) -> str:
    """What the products of a node compute in, by torch's names."""
    if multiplies_integers(node):
        return INT8
    kernel = told(node, "primitiveType").lower()
    return next((name for end, name in _FLOATS.items() if kernel.endswith(end)), FLOAT32)


def told(node: Any, what: str) -> str:
    """What OpenVINO notes of a node, such as its `primitiveType`: the kernel, with its precision."""
    return node.get_rt_info()[what].astype(str)
