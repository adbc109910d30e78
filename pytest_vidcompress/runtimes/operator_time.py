"""What an executable may tell of itself: the time of its operators, in the runtime's own words.

A runtime that hides its operators from torch may give what it makes three methods, all optional:

    profile(pixels) -> Sequence[OperatorTime]    one call's time, a row a node of its graph
    isa() -> str                                 the instruction set of its kernels, such as `avx512_vnni`
    integers() -> Collection[str]                dotted names of the modules whose products multiply integers
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class OperatorTime:
    """One node of a graph in one call of the model."""

    operator: str
    """Its type, such as `FullyConnected`: what nodes are grouped by."""
    seconds: float
    """In this node alone."""
    node: str = ""
    """Its name."""
    kernel: str = ""
    """What executed it, with its precision, such as `brgemm_avx512_i8`."""
    kind: str = ""
    """One of `measure.kinds.KINDS` where the type alone does not tell; empty: what the type tells."""
    module: str = ""
    """Dotted name of the module that it came from, such as `blocks.0.mlp.up`, which it is counted for too; empty
    where that is not known."""
