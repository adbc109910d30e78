"""Names of nodes that tell which module they came from, also where its parents were not called themselves."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import pairwise
from typing import Any

_ROOT = "/module/"
"""Under what the exporter has the model: it is wrapped in a module that gives logits alone."""
_OPTIMIZED = re.compile(r"/(?:\w*Fusion\w*|duplicated)/?$")
"""What ONNX Runtime appends to the name of a node that it makes of others."""


def module_of(node: str) -> str:
    """Dotted name of the module that a node came from; empty where its name does not tell, or for the model itself.

    The exporter writes `/module/blocks/blocks.0/up/MatMul` where `blocks` was called, which calls `blocks.0`, and
    `/module/blocks.0/up/MatMul` where `blocks` is a list.
    """
    return ".".join(_called(node))


def name_by_module(graph: Any, modules: Collection[str]) -> bool:
    """Mends the names of nodes that name no module: those of parts that were called without their parents.

    Args:
        graph: of an ONNX file; changed in place.
        modules: dotted names of those that there are.

    Returns:
        Was anything changed?
    """
    known = frozenset(modules)
    mended = False
    for node in graph.node:
        module = module_of(node.name)
        right = module if module in known else _only_module(node.name, known)
        if right != module:
            node.name = f"{_ROOT}{right.replace('.', '/')}/{node.name.rpartition('/')[2]}"
            mended = True
    return mended


def _only_module(node: str, modules: Collection[str]) -> str:
    """The only module whose name has the parts of a node's in it, in their order; as it is where there are others."""
    called = _called(node)
    if not called:
        return ""
    *parents, last = map(re.escape, called)
    pattern = re.compile(r"\.(?:.+\.)?".join((*parents, last)))
    found = [name for name in modules if pattern.fullmatch(name)]
    return found[0] if len(found) == 1 else ".".join(called)


def _called(node: str) -> list[str]:
    """The parts of a module's name, those together that the exporter has together."""
    if not node.startswith(_ROOT):
        return []
    *path, _ = _OPTIMIZED.sub("", node.removeprefix(_ROOT)).split("/")
    return [part for part, following in pairwise([*path, ""]) if not following.startswith(f"{part}.")]
