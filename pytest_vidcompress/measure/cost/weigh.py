"""What a subject takes, apart from time: bytes, numbers, work and memory."""

from __future__ import annotations

import torch

from ...artefacts.tensors import parameters, zeros
from ...runtimes.torch_eager import executable
from ..report import Cost
from ..subject import Subject
from .coverage import coverage
from .macs import work
from .memory import peak_memory_bytes


def weigh(subject: Subject, pixels: torch.Tensor) -> Cost:
    """Weighs a subject on one view.

    Args:
        pixels: `(1, T, C, H, W)`.
    """
    stored = subject.stored
    # A runtime may hide its operators: the work is counted where it can be seen.
    run = subject.run if stored is None else executable(stored)
    counted = work(run, pixels)
    if stored is None:
        return Cost(size_bytes=subject.size_bytes(), macs=counted.total or None)
    numbers = parameters(stored)
    return Cost(
        size_bytes=subject.size_bytes(),
        parameters=numbers,
        sparsity=zeros(stored) / numbers if numbers else 0.0,
        macs=counted.total or None,
        peak_memory_bytes=peak_memory_bytes(run, pixels),
        coverage=coverage(stored, pixels, counted, subject.integers),
    )
