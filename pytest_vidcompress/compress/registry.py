"""All techniques by name. Light to import: what they need is imported when they are applied."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from .fp16 import FP16
from .fp32 import FP32
from .fuse import FUSE
from .int8_dynamic import INT8_DYNAMIC
from .int8_static import INT8_STATIC
from .int8_weights import INT8_WEIGHTS
from .prune_global import PRUNE_GLOBAL
from .prune_local import PRUNE_LOCAL_ATTENTION, PRUNE_LOCAL_BOTH, PRUNE_LOCAL_DENSE
from .technique import Technique

TECHNIQUES: Mapping[str, Technique] = MappingProxyType(
    {
        "fp32": FP32,
        "prune-global": PRUNE_GLOBAL,
        "prune-local-attention": PRUNE_LOCAL_ATTENTION,
        "prune-local-dense": PRUNE_LOCAL_DENSE,
        "prune-local-both": PRUNE_LOCAL_BOTH,
        "int8-dynamic": INT8_DYNAMIC,
        "fp16": FP16,
        "fuse": FUSE,
        "int8-static": INT8_STATIC,
        "int8-weights": INT8_WEIGHTS,
    }
)
