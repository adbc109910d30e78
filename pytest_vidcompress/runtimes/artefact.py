"""A module -> the files that a user would ship: safetensors and JSON, nothing executable."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from torch import nn

from .tensors import tensors

SCHEMA = 1
# Versions and paths say nothing about the model, and would change the size that a baseline holds exactly.
_VOLATILE = ("transformers_version", "_name_or_path", "torch_dtype", "dtype")


def save(module: nn.Module, directory: Path, facts: Mapping[str, Any] | None = None) -> None:
    """Writes `model.safetensors`, `recipe.json`, and `config.json` where the module has a configuration.

    Args:
        module: in the form it is shipped in (halves stay halves, int8 stays int8).
        directory: made if it does not exist.
        facts: what made the module, such as recipe and model name; JSON values.
    """
    from safetensors.torch import save_file

    directory.mkdir(parents=True, exist_ok=True)
    held = {name: _own(tensor.detach()) for name, tensor in tensors(module).items()}
    save_file(held, directory / "model.safetensors", metadata={"format": "pt"})
    _write(directory / "recipe.json", {"schema": SCHEMA, **(facts or {})})
    config: Any = getattr(module, "config", None)
    if hasattr(config, "to_dict"):
        kept = {key: value for key, value in config.to_dict().items() if key not in _VOLATILE}
        _write(directory / "config.json", kept)


def size_bytes(module: nn.Module, facts: Mapping[str, Any] | None = None) -> int:
    """Bytes of the files that `save` writes."""
    with TemporaryDirectory(prefix="vidcompress-") as directory:
        save(module, Path(directory), facts)
        return sum(file.stat().st_size for file in Path(directory).iterdir())


def _own(tensor: torch.Tensor) -> torch.Tensor:
    """A contiguous tensor that shares its storage with no other: safetensors refuses overlapping views."""
    tensor = tensor.contiguous()
    return tensor if tensor.nbytes == tensor.untyped_storage().nbytes() else tensor.clone()


def _write(path: Path, value: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(value, indent=2, sort_keys=True, default=str) + "\n", encoding="utf-8")
