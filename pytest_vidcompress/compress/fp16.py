"""`fp16`: weights stored as halves.

Only storage: runtimes on CPUs without half arithmetic compute with the rounded weights in fp32, which is
as fast as before, where half kernels are several times slower. The study's fp16 files did not shrink
(its section 7.2); `docs/compression.md` shows why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import VidcompressError
from .parameters import Nothing
from .technique import Technique

if TYPE_CHECKING:
    from torch import nn

    from ..clips.loader import Clips
    from ..models.model import Model


def apply(model: Model, parameters: Nothing, clips: Clips) -> Model:
    import torch

    before = {name: tensor.clone() for name, tensor in model.module.state_dict().items()}
    for name, tensor in model.module.half().state_dict().items():
        if not torch.equal(tensor.isfinite(), before[name].isfinite()):
            raise VidcompressError(
                f"{name} of model {model.name!r} does not fit into halves: its largest number is"
                f" {float(before[name].abs().max()):g}, of halves it is {torch.finfo(torch.float16).max:g}"
            )
    return model


def rebuild(module: nn.Module, parameters: Nothing) -> nn.Module:
    return module.half()


FP16 = Technique("weights stored in half precision", apply, last=True, rebuild=rebuild)
TECHNIQUES = {"fp16": FP16}
