"""What an operator does, from its name in torch, OpenVINO or ONNX Runtime: so that runtimes can be compared. Pure."""

from __future__ import annotations

import re

OUTSIDE, OTHER = "outside operators", "other"
"""Between operators: the interpreter, and what no operator shows. And operators that no pattern knows."""

PATTERNS = (
    ("compiled code", r"compiled|cpp_fused"),
    ("convolution", r"conv(?!ert)"),
    ("fused attention", r"attention|^mha"),
    ("softmax", r"softmax"),
    ("normalization", r"norm|mvn|^rms"),
    ("activation", r"gelu|relu|silu|swish|sigmoid|tanh|^erf"),
    ("quantization", r"(?<!connected)quantize(?!matmul)"),
    ("linear", r"linear|addmm|_int_mm|^mm|gemm|fullyconnected|matmulinteger|matmulnbits|quantizematmul"),
    ("attention matmul", r"bmm|matmul"),
    (
        "copy",
        r"copy|clone|contiguous|^cat$|concat|stack|repeat|tile|index|gather|slice|reorder|transpose|permute|^t$"
        r"|reshape|split|chunk|unbind|convert|cast|^pad|_to$|^to$|expand|view|select|squeeze|flatten|broadcast"
        r"|as_strided|shuffle",
    ),
    (
        "element-wise",
        r"^(r?sub|add|mul|div|pow|r?sqrt|neg|exp|mean|sum|min|max|where|clamp|reduce|eltwise|math|subgraph)",
    ),
)
"""The first that is found in an operator's name, in small letters and without its namespace, says its kind."""

PRODUCTS = frozenset({"linear", "attention matmul", "fused attention", "convolution"})
"""Kinds whose time is multiplying and adding."""
_INTEGER_OPERATOR = re.compile(
    r"quantized::|_int_mm|matmulinteger|quantizematmul|qlinear|qgemm|qattention|convinteger"
)
_INTEGER_KERNEL = re.compile(r"(?<![a-z0-9])[iu]8(?![a-z0-9])")

KINDS = (*(kind for kind, _ in PATTERNS), OTHER, OUTSIDE)


def multiplies_integers(operator: str, kernel: str = "") -> bool:
    """Does an operator of one of the `PRODUCTS`, by its own name or its kernel's, such as `brgemm_avx512_i8`?"""
    return bool(_INTEGER_OPERATOR.search(operator.lower()) or _INTEGER_KERNEL.search(kernel.lower()))


def kind_of(operator: str) -> str:
    """One of `KINDS`: `aten::addmm` -> `linear`."""
    if operator == OUTSIDE:
        return OUTSIDE
    name = operator.rpartition("::")[2].lower()
    return next((kind for kind, pattern in PATTERNS if re.search(pattern, name)), OTHER)
