"""Zeros: weights that count for little, one by one or by whole outputs."""

from .prune_global import TECHNIQUES as _GLOBAL
from .prune_gradual import TECHNIQUES as _GRADUAL
from .prune_local import TECHNIQUES as _LOCAL

TECHNIQUES = {**_GLOBAL, **_GRADUAL, **_LOCAL}
