"""What an executable may tell of itself: the time of its operators, in the runtime's own words.

A runtime that hides its operators from torch may give what it makes these methods and this attribute, all optional:

    profile(pixels) -> Sequence[OperatorTime]    one call's time, a row a node of its graph
    isa() -> str                                 the instruction set of its kernels, such as `avx512_vnni`
    precisions() -> Mapping[str, str]            dotted names of modules -> what their products compute in, the widest
                                                 of them: `int8`, `bfloat16`, `float32`
    integers() -> Collection[str]                without `precisions()`: the modules whose products multiply integers
    bf16: Bf16 | None                            what it makes of a model that is stored in bfloat16, None of others
    visible(module) -> nn.Module                 what torch makes of the same, deciding as it does: where the work
                                                 depends on the clip, it is counted there
    exit_counts: ExitCounts                      where clips have left, of what they may leave early
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
