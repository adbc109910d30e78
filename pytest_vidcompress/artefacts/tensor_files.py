"""A module as files: its tensors in safetensors, and its configuration where it has one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from ..compress.exits.staged_module import STAGES, TwoStages
from ..errors import VidcompressError
from ..models.checkpoint.skeleton import ATTENTION
from ..untrusted import Malformed, json_object, mapping, read_json
from .folder import MOST_BYTES
from .manifest import CONFIG, TENSORS
from .packing import Shapes, packed, unpacked
from .tensors import take_apart

# Versions and paths say nothing about the model, and would change the size that a baseline holds exactly.
_VOLATILE = ("transformers_version", "_name_or_path", "torch_dtype", "dtype")

CASCADE = "cascade"
"""What stands for `model_type` in the configuration of a cascade: those of its stages stand in it."""

Orders = dict[str, tuple[int, ...]]
"""Name of a tensor whose axes lie in memory in another order -> its axes, from the outermost there."""


def write(module: nn.Module, folder: Path) -> tuple[dict[str, str], Orders, Shapes]:
    """Writes `model.safetensors`, and `config.json` where the module has a configuration.

    Args:
        module: in the form it is shipped in: halves stay halves, int8 stays int8.

    Returns:
        What the files do not say: names of tensors that are stored under another one, the order of axes, and the
        shapes of what is stored without its zeros.

    Raises:
        VidcompressError: part of it does not show its numbers.
    """
    from safetensors.torch import save_file

    apart = take_apart(module)
    for name, kind in apart.opaque.items():
        raise VidcompressError(f"{name} of the module is a {kind}, which does not show its numbers")
    tensors = {name: tensor.detach() for name, tensor in apart.tensors.items()}
    stored, shapes = packed({name: _own(tensor) for name, tensor in tensors.items()})
    save_file(stored, folder / TENSORS, metadata={"format": "pt"})
    # safetensors lets nobody else read what it writes; the folder says who may.
    folder.joinpath(TENSORS).chmod(folder.stat().st_mode & 0o666)
    config = configuration_of(module)
    if config is not None:
        content = json.dumps(config, indent=2, sort_keys=True, default=str) + "\n"
        folder.joinpath(CONFIG).write_text(content, encoding="utf-8", newline="\n")
    orders = {name: order for name, tensor in tensors.items() if (order := _order(tensor))}
    return apart.tied, orders, shapes


def read_tensors(
    folder: Path, orders: Mapping[str, tuple[int, ...]], shapes: Mapping[str, tuple[int, ...]]
) -> dict[str, torch.Tensor]:
    """The stored tensors, in memory of their own and laid out as they were.

    Args:
        orders: as `write` returned it; so is the next.
        shapes: of the tensors that are packed.

    Raises:
        VidcompressError: the file is damaged.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        # Copied: the file may go, and where a tensor lies in it may change the last bits of what is computed.
        tensors = {name: tensor.clone() for name, tensor in load_file(folder / TENSORS).items()}
        tensors = unpacked(tensors, shapes)
        return {name: _in_order(tensor, orders.get(name)) for name, tensor in tensors.items()}
    except (SafetensorError, OSError, RuntimeError, IndexError) as error:
        raise VidcompressError(f"{TENSORS} cannot be read ({error}): save the variant again") from None


def read_config(folder: Path) -> dict[str, Any]:
    """The configuration.

    Raises:
        VidcompressError: it is damaged.
    """
    try:
        return json_object(read_json(folder / CONFIG, MOST_BYTES), CONFIG)
    except (OSError, Malformed) as error:
        raise VidcompressError(f"{CONFIG} is damaged ({error}): save the variant again") from None


def stage_configurations(config: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    """Those of a cascade's stages; none where a configuration is of something else.

    Raises:
        VidcompressError: it is damaged.
    """
    if config.get("model_type") != CASCADE:
        return ()
    try:
        return tuple(mapping(config, place) for place in STAGES)
    except Malformed as error:
        raise VidcompressError(f"{CONFIG} is damaged ({error}): save the variant again") from None


def has_config(module: nn.Module) -> bool:
    """Does it say how it is built?"""
    if isinstance(module, TwoStages):
        return has_config(module.first) and has_config(module.then)
    return hasattr(getattr(module, "config", None), "to_dict")


def configuration_of(module: nn.Module) -> dict[str, Any] | None:
    """What `config.json` says of a module; None where it does not say how it is built."""
    if not has_config(module):
        return None
    if isinstance(module, TwoStages):
        stages = {place: configuration_of(module.get_submodule(place)) for place in STAGES}
        return {"model_type": CASCADE, **stages}
    config: Any = module.config
    fields = {key: value for key, value in config.to_dict().items() if key not in _VOLATILE}
    attention = getattr(config, "_attn_implementation", None)
    return {**fields, ATTENTION: attention} if attention else fields


def _own(tensor: torch.Tensor) -> torch.Tensor:
    """A contiguous tensor that shares its storage with no other: safetensors refuses overlapping views."""
    tensor = tensor.contiguous()
    return tensor if tensor.nbytes == tensor.untyped_storage().nbytes() else tensor.clone()


def _order(tensor: torch.Tensor) -> tuple[int, ...]:
    """The axes as they lie in memory; empty where that is their own order, or where there are gaps."""
    order = sorted(range(tensor.ndim), key=lambda axis: -tensor.stride(axis))
    return () if tensor.is_contiguous() or not tensor.permute(order).is_contiguous() else tuple(order)


def _in_order(tensor: torch.Tensor, order: tuple[int, ...] | None) -> torch.Tensor:
    if not order:
        return tensor
    back = sorted(range(tensor.ndim), key=order.__getitem__)
    return tensor.permute(order).contiguous().permute(back)
