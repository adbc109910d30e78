"""How many numbers each tensor of a checkpoint has, read without them."""

from __future__ import annotations

from pathlib import Path

import torch

from ...untrusted import file_in, json_object, mapping, read_json
from ..safetensors_header import described
from .checkpoint_files import SHARDS, SINGLE, WEIGHTS, local_file


def stored_sizes(source: str | Path) -> list[int] | None:
    """By the headers of its files; None where they are not here, or do not say, which loading them will.

    Args:
        source: a folder, or a Hub id that is in the Hub's cache.
    """
    path = next(filter(None, (local_file(source, name) for name in WEIGHTS)), None)
    if path is None:
        return None
    try:
        if path.name == SINGLE:
            return [each.numel for each in described(path)]
        if path.name == SHARDS:
            return [each.numel for file in _shards(path) for each in described(file)]
        if path.suffix == ".bin":
            state = torch.load(path, map_location="meta", weights_only=True, mmap=True)
            return [value.numel() for value in state.values() if isinstance(value, torch.Tensor)]
    except Exception:  # damaged in any way: loading it says how
        return None
    return None


def _shards(index: Path) -> list[Path]:
    named = mapping(json_object(read_json(index), index.name), "weight_map")
    return [file_in(index.parent, name) for name in sorted(set(named.values()))]
