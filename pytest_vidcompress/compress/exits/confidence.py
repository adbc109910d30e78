"""How sure an answer is. Heavy: imports torch."""

from __future__ import annotations

import torch


def confidence(logits: torch.Tensor) -> torch.Tensor:
    """Logits `(B, labels)` -> the largest probability of each, `(B,)` float32; NaN of an answer without numbers."""
    return logits.float().softmax(-1).amax(-1)
