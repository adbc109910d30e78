"""Peak memory of one clip."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from ...artefacts.tensor_parts import plain_tensors
from ...artefacts.tensors import tensors
from ...models.adapter import evaluating


def peak_memory_bytes(target: Callable[[torch.Tensor], Any], pixels: torch.Tensor) -> int:
    """Bytes of weights plus the most that tensors occupy at one moment while `pixels` pass through.

    Counted by the lifetime of tensor storages, so it is the same in every run; scratch space inside an
    operator, and the interpreter itself, are not in it.
    """
    live = _LiveBytes()
    with evaluating(target), torch.no_grad(), live:
        target(pixels)
    return _weight_bytes(target) + pixels.nbytes + live.peak


def device_memory_bytes(target: Callable[[torch.Tensor], Any], pixels: torch.Tensor) -> int | None:
    """The same as the allocator of the pixels' device counts it, scratch space inside of operators included.

    Returns:
        None on the CPU, and where this torch does not say.
    """
    accelerator: Any = torch.accelerator
    if pixels.device.type == "cpu" or not hasattr(accelerator, "max_memory_allocated"):
        return None
    accelerator.reset_peak_memory_stats(pixels.device)
    before: int = accelerator.memory_allocated(pixels.device)
    with evaluating(target), torch.no_grad():
        target(pixels)
    peak: int = accelerator.max_memory_allocated(pixels.device)
    return _weight_bytes(target) + pixels.nbytes + peak - before


def _weight_bytes(target: object) -> int:
    return sum(tensor.nbytes for tensor in tensors(target).values()) if isinstance(target, nn.Module) else 0


class _LiveBytes(TorchDispatchMode):
    """Sums the storages that operators make, and takes them off when they are freed."""

    def __init__(self) -> None:
        super().__init__()
        self.now = self.peak = 0
        self._living: set[int] = set()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        before = {storage.data_ptr() for storage in _storages((args, kwargs))}
        result = func(*args, **(kwargs or {}))
        for storage in _storages(result):
            if storage.data_ptr() not in before | self._living:
                self._add(storage)
        return result

    def _add(self, storage: torch.UntypedStorage) -> None:
        key, size = storage.data_ptr(), storage.nbytes()
        self._living.add(key)
        self.now += size
        self.peak = max(self.peak, self.now)
        weakref.finalize(storage, self._free, key, size)

    def _free(self, key: int, size: int) -> None:
        self._living.discard(key)
        self.now -= size


def _storages(values: Any) -> Iterator[torch.UntypedStorage]:
    """Of all tensors in nested lists and dictionaries; those that consist of others have none of their own."""
    for value in tree_leaves(values):
        if isinstance(value, torch.Tensor):
            # A quantized one is taken apart into copies.
            plain = [("", value)] if value.is_quantized else plain_tensors("", value)
            yield from (tensor.untyped_storage() for _, tensor in plain)
