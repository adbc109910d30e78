"""What torch itself offers: lines of precision, `torch.compile`, dynamic int8, torchao."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import torch
from torch import nn

from benchmarks.duel.contender import Build, Call, Contender, Peer, logits_of
from pytest_vidcompress.artefacts import save as artefact
from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.compress.int8.packed_linear import packed
from pytest_vidcompress.models.model import Model


def fp32(model: Model, clips: Clips) -> Contender:
    module = model.copy().module
    return Contender(logits_of(module), artefact.size_bytes(module))


def bfloat16(model: Model, clips: Clips) -> Contender:
    module = model.copy().module.bfloat16()
    call = logits_of(module)
    return Contender(lambda pixels: call(pixels.bfloat16()).float(), artefact.size_bytes(module))


def autocast(model: Model, clips: Clips) -> Contender:
    module = model.copy().module
    call = logits_of(module)

    def run(pixels: torch.Tensor) -> torch.Tensor:
        with torch.autocast("cpu", torch.bfloat16):
            return call(pixels).float()

    return Contender(run, artefact.size_bytes(module))


def medium(model: Model, clips: Clips) -> Contender:
    """Weights stay fp32; the setting is of the whole process, so it is made and unmade around a call."""
    module = model.copy().module
    call = logits_of(module)

    def run(pixels: torch.Tensor) -> torch.Tensor:
        torch.set_float32_matmul_precision("medium")
        try:
            return call(pixels)
        finally:
            torch.set_float32_matmul_precision("highest")

    return Contender(run, artefact.size_bytes(module))


def compiled(dtype: torch.dtype, **options: Any) -> Build:
    """`torch.compile` with weights that it may lay out as it likes (`freezing`), as torch's own CPU guide has it."""

    def made(model: Model, clips: Clips) -> Contender:
        module = model.copy().module.to(dtype)
        size = artefact.size_bytes(module)
        call = logits_of(_frozen(module, **options))
        return Contender(lambda pixels: call(pixels.to(dtype)).float(), size)

    return made


def dynamic(engine: str) -> Build:
    def made(model: Model, clips: Clips) -> Contender:
        module = packed(model.copy().module, engine)
        return Contender(logits_of(module), artefact.size_bytes(module))

    return made


def torchao(**options: Any) -> Build:
    def made(model: Model, clips: Clips) -> Contender:
        from torchao.quantization import Int8DynamicActivationInt8WeightConfig, quantize_

        module = model.copy().module
        quantize_(module, Int8DynamicActivationInt8WeightConfig())
        with tempfile.TemporaryDirectory() as folder:
            torch.save(module.state_dict(), Path(folder, "model.pt"))
            size = Path(folder, "model.pt").stat().st_size
        return Contender(logits_of(_frozen(module, **options)), size)

    return made


def _frozen(module: nn.Module, **options: Any) -> Call:
    import torch._inductor.config

    torch._inductor.config.freezing = True
    return torch.compile(module, **options)


MAX = {"mode": "max-autotune"}
TORCH = {
    "torch fp32": Peer(fp32),
    "torch bfloat16()": Peer(bfloat16, is_free=True),
    "torch autocast bf16": Peer(autocast, is_free=True),
    "torch fp32, matmul precision medium": Peer(medium, is_free=True),
    "torch.compile fp32, max-autotune": Peer(compiled(torch.float32, **MAX)),
    "torch.compile bf16, max-autotune": Peer(compiled(torch.bfloat16, **MAX)),
    "torch quantize_dynamic, x86": Peer(dynamic("x86")),
    "torch quantize_dynamic, onednn": Peer(dynamic("onednn")),
    "torchao dynamic int8, compiled": Peer(torchao()),
    "torchao dynamic int8, max-autotune": Peer(torchao(**MAX)),
}
