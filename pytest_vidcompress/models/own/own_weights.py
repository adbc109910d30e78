"""A classifier of ours <-> the folder of a checkpoint: `config.json`, `model.safetensors`, and its profile. Heavy."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import nn

from ...clips.profile import Profile
from ...errors import VidcompressError, first_line
from ..checkpoint.checkpoint_files import SINGLE, cannot_be_loaded, file_of
from .misfits import misfits

M = TypeVar("M", bound=nn.Module)


def load_stored(source: str | Path, build: Callable[[], M]) -> M:
    """The classifier of a checkpoint, in fp32 and eval mode; what was frozen as it was built stays so.

    Args:
        source: a folder, or a Hub id.
        build: of whatever weights, as its `config.json` says.

    Raises:
        VidcompressError: it cannot be built, or the stored tensors are not its own.
    """
    file = file_of(source, SINGLE)
    if file is None:
        raise cannot_be_loaded(source, f"there is no {SINGLE}")
    try:
        with torch.device("meta"):
            module = build()
        _restore(module, _tensors(file))
    except VidcompressError as error:
        raise cannot_be_loaded(source, str(error)) from None
    return module.eval()


def save_stored(module: nn.Module, config: Mapping[str, Any], profile: Profile, folder: Path) -> None:
    """Writes what `--vc-model=FOLDER` reads.

    Args:
        config: what `config.json` says.
        profile: how it is shown clips.
        folder: made if it is not there.
    """
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    tensors = {name: tensor.contiguous() for name, tensor in module.state_dict().items()}
    save_file(tensors, folder / SINGLE, metadata={"format": "pt"})
    folder.joinpath(SINGLE).chmod(folder.stat().st_mode & 0o666)
    protocol = {"rate": profile.rate, "sampling": profile.sampling, "published": str(profile.published)}
    pixels = {
        "image_mean": [*profile.mean],
        "image_std": [*profile.std],
        "size": {"shortest_edge": profile.crop_spec.short_side},
        "crop_size": {"height": profile.size, "width": profile.size},
    }
    for name, content in (
        ("config.json", config),
        ("profile.json", protocol),
        ("preprocessor_config.json", pixels),
    ):
        written = json.dumps(content, indent=2, sort_keys=True) + "\n"
        folder.joinpath(name).write_text(written, encoding="utf-8", newline="\n")


def _tensors(file: Path) -> dict[str, torch.Tensor]:
    from safetensors.torch import load_file

    try:
        stored = load_file(file)
    except Exception as error:  # its library has kinds of its own
        raise VidcompressError(f"{SINGLE} is damaged ({first_line(error)})") from None
    # Copies: kernels may round otherwise where a file's numbers are not aligned. Counters are no floats.
    return {
        name: (tensor.float() if tensor.is_floating_point() else tensor).clone()
        for name, tensor in stored.items()
    }


def _restore(module: nn.Module, tensors: dict[str, torch.Tensor]) -> None:
    """Puts tensors in their places: each has one, and each place gets one."""
    found = misfits(module, tensors)
    if found:
        raise VidcompressError(f"its tensors are not those that config.json describes: {found}")
    module.load_state_dict(tensors, assign=True)
