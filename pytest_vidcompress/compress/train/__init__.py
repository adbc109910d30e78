"""Techniques that only train: `finetune` by labels, `distil` from the reference."""

from .distil import TECHNIQUES as _DISTIL
from .finetune import TECHNIQUES as _FINETUNE

TECHNIQUES = {**_FINETUNE, **_DISTIL}
