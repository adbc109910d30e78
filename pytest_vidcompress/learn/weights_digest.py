"""What is in a module, as a digest: of the names, kinds and bytes of its tensors."""

from __future__ import annotations

from hashlib import sha256

import torch
from torch import nn


def weights_digest(module: nn.Module) -> str:
    """Sixteen hexadecimal digits of a state dict of plain tensors; what else is in it counts by its name alone."""
    whole = sha256()
    for name, value in sorted(module.state_dict().items()):
        whole.update(f"{name}\0".encode())
        if isinstance(value, torch.Tensor) and value.layout == torch.strided and not value.is_quantized:
            whole.update(f"{value.dtype} {tuple(value.shape)}\n".encode())
            flat = value.detach().cpu().contiguous().reshape(-1).view(torch.uint8)
            whole.update(flat.numpy().data)
    return whole.hexdigest()[:16]
