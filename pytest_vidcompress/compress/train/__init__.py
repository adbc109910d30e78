"""Techniques that only train: `finetune` by labels, `distil` from the reference."""

from __future__ import annotations

from .distil import DISTIL
from .finetune import FINETUNE

TECHNIQUES = {"finetune": FINETUNE, "distil": DISTIL}
