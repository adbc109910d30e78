"""What products compute in, by torch's names, and which of several is the widest. Light."""

from __future__ import annotations

from collections.abc import Iterable

INT8, BF16, FP16, FLOAT32 = "int8", "bfloat16", "float16", "float32"
_FROM_NARROW = (INT8, BF16, FP16)


def widest(precisions: Iterable[str]) -> str:
    """The one of some precisions that computes with most bits; one at least."""
    return max(
        precisions, key=lambda each: _FROM_NARROW.index(each) if each in _FROM_NARROW else len(_FROM_NARROW)
    )


def widest_of_each(products: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Of modules that have one or more products each, the widest of them.

    Args:
        products: dotted name of a module and what one of its products computes in, any number of each.
    """
    found: dict[str, str] = {}
    for module, precision in products:
        found[module] = widest((precision, found.get(module, precision)))
    return found
