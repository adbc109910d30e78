"""Recurrent layers, which techniques of integers leave float.

Torch's own quantizer packs an LSTM for its kernels: no file gives it back, and no other runtime runs it. Integers of
ours are of single products, and a recurrent layer is thousands of them in one operator.
"""

from __future__ import annotations

from torch import nn


def recurrent_note(module: nn.Module) -> tuple[str, ...]:
    """What to say of a model after its layers became integers; nothing where it has no recurrent ones."""
    found = {
        name: type(part).__name__ for name, part in module.named_modules() if isinstance(part, nn.RNNBase)
    }
    if not found:
        return ()
    kinds = "/".join(dict.fromkeys(found.values()))
    return (f"left float, as recurrent layers are: {', '.join(found)} ({kinds})",)
