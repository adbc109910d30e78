"""A node of the graph that OpenVINO compiled: which modules' products it computes, and whether as integers."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

_PRODUCT = re.compile(r"__module\.module\.([\w.]+)/aten::\w+/(?:MatMul|(?:Group)?Convolution)(?:_\d+)?(/.*)?")
"""Module, and what an operator became that was put in the place of its product."""
_MODULE = re.compile(r"__module\.(?:module\b\.?)?([\w.]*)")
"""Module; the model is wrapped in one that holds it as `module`."""
_COMPUTING = ("FullyConnected", "MatMul", "Convolution", "Subgraph")
"""Layers that may hold products, some of them many operators in one."""


def products_of(node: Any) -> Collection[str]:
    """The modules whose products a node computes."""
    if told(node, "layerType") not in _COMPUTING:
        return ()
    found = map(_PRODUCT.fullmatch, told(node, "originalLayersNames").split(","))
    # Scaling what a product gave is none, where it is in a node of its own.
    return [product[1] for product in found if product and not (is_fused(node) and product[2])]


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


def told(node: Any, what: str) -> str:
    """What OpenVINO notes of a node, such as its `primitiveType`: the kernel, with its precision."""
    return node.get_rt_info()[what].astype(str)
