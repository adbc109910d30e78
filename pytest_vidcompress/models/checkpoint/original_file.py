"""A file as a family's authors publish it -> a classifier, of transformers or of ours: only tensors are read, and all
must fit.

The tensors' shapes tell the geometry. What they do not tell is as the family's published models have it, or as files
beside it say: `config.json` (frames, size, heads, `id2label`), `labels.txt` (a name a line), `profile.json`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import torch
from torch import nn

from ...clips.kinetics.label_ids import read_label_list
from ...clips.kinetics.official import official_names
from ...clips.profile import Profile
from ...errors import VidcompressError, first_line
from ..families import FAMILIES
from ..family import Family
from ..own.misfits import misfits
from ..own.published_extents import published_extents
from .checkpoint_files import json_file
from .checkpoint_profile import read_profile
from .configuration import configuration, geometry
from .geometry_limits import refuse_beyond_tensors
from .original_layout import OriginalLayout
from .skeleton import skeleton

Tensors = Mapping[str, torch.Tensor]
_WRAPPERS = ("module", "model", "model_state", "state_dict")
"""Under which training code stores tensors, beside what else it stores."""
_PREFIXES = ("", "module.", "model.", "backbone.", "encoder.")
"""With which it may begin their names."""
_BESIDE = ("num_frames", "image_size", "num_attention_heads")
"""What a `config.json` may say that no tensor tells."""
_LABELS = "labels.txt"
_COUNTER = "num_batches_tracked"
"""End of the name of what a batch norm counts while it learns; the oldest checkpoints have none."""
_SHOWN = 3
_ROUNDING = 1e-3
"""Of a table that was stored in halves."""


def load_original(file: Path) -> tuple[nn.Module, Profile, tuple[str, ...]]:
    """Loads a fine-tuned video classifier.

    Returns:
        The module in eval mode and fp32, its profile, and the label of every logit.

    Raises:
        VidcompressError: the file holds more or other than tensors, of no family that is known here, or not all that
            its classifier has; or nothing says what its labels are.
    """
    tensors = _read(file)
    family, layout, tensors = _layout(file, tensors)
    said = json_file(file, "config.json")
    try:
        config = _configuration(file, family, layout, tensors, said)
    except VidcompressError as error:
        raise _unlike(file, str(error)) from None
    labels = _labels(file, config.pop("num_labels"), said)
    config["id2label"] = dict(enumerate(labels))
    config["label2id"] = {label: number for number, label in enumerate(labels)}
    module = skeleton(config)
    own = _without_computed(tensors, layout.computed(module))
    _restore(file, module, layout.renamed(own))
    return module.eval(), read_profile(file, configuration(config)), labels


def _read(file: Path) -> Tensors:
    """The tensors of a file by name, without what they were stored beside."""
    try:
        if file.suffix == ".safetensors":
            from safetensors.torch import load_file

            return load_file(file)
        stored: Any = torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:  # torch has kinds of its own for what is damaged, and for what it does not run
        raise VidcompressError(
            f"model {str(file)!r} cannot be read as tensors alone ({first_line(error)}): nothing else is ever read;"
            " who trusts the file stores what it has under 'module' or 'model' by itself, with torch.save"
        ) from None
    for _ in _WRAPPERS:
        inner = [stored[name] for name in _WRAPPERS if _is_mapping(stored) and _is_mapping(stored.get(name))]
        stored = inner[0] if inner else stored
    if not _is_mapping(stored) or not all(isinstance(each, torch.Tensor) for each in stored.values()):
        raise VidcompressError(
            f"model {str(file)!r} holds no tensors by name: expected them, or 'module' or 'model' with them"
        )
    return cast("Tensors", stored)


def _is_mapping(value: Any) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(name, str) for name in cast("Mapping[Any, Any]", value)
    )


def _layout(file: Path, tensors: Tensors) -> tuple[Family, OriginalLayout, Tensors]:
    """The family whose names these are, and the tensors without what training code put before the names."""
    for family in FAMILIES:
        layout = family.original
        for prefix in _PREFIXES if layout else ():
            if layout and all(f"{prefix}{mark}" in tensors for mark in layout.marks):
                return family, layout, {_without(prefix, name): each for name, each in tensors.items()}
    *titles, last = (family.title for family in FAMILIES if family.original)
    shown = ", ".join(sorted(tensors)[:_SHOWN])
    raise VidcompressError(
        f"model {str(file)!r} is no checkpoint of {', '.join(titles)} or {last} as its authors publish it (it has"
        f" {shown}): of one in Hugging Face format, name the folder; register one of your own with"
        " pytest_vidcompress_models()"
    )


def _without(prefix: str, name: str) -> str:
    return name.removeprefix(prefix)


def _configuration(
    file: Path, family: Family, layout: OriginalLayout, tensors: Tensors, said: Mapping[str, Any]
) -> dict[str, Any]:
    """What a `config.json` of these tensors says."""
    if layout.head not in tensors:
        raise VidcompressError(
            f"it has no {layout.head}: it is pre-trained, and was not taught to tell classes apart"
        )
    told = layout.geometry({name: tuple(tensor.shape) for name, tensor in tensors.items()})
    for key, value in told.items():
        if key in said and said[key] != value and key not in (*_BESIDE, "layer_norm_eps"):
            raise VidcompressError(
                f"its tensors tell {key}={value}, and config.json beside it {said[key]!r:.60}"
            )
    config = {**told, **{key: said[key] for key in _BESIDE if key in said}}
    if "num_attention_heads" not in config and family.own is None:
        raise VidcompressError(
            f"no tensor tells how many heads a width of {told['hidden_size']} has: put a config.json beside it with"
            " num_attention_heads"
        )
    extents = (family.frames_key, family.size_key)
    if not config.keys() >= {*extents}:
        config = {**dict(zip(extents, published_extents(file, family), strict=True)), **config}
    numbered = {"id2label": {str(number): "" for number in range(config["num_labels"])}}
    refuse_beyond_tensors(geometry(config | numbered), [tensor.numel() for tensor in tensors.values()])
    return config


def _labels(file: Path, classes: int, said: Mapping[str, Any]) -> tuple[str, ...]:
    """Of every logit: what lies beside says, or their number."""
    listed = read_label_list(file.parent / _LABELS) if (file.parent / _LABELS).is_file() else None
    named: Any = said.get("id2label")
    if listed is None and isinstance(named, dict):
        listed = {int(key): str(name) for key, name in named.items() if str(key).isdecimal()}
    if listed is not None:
        if {*listed} != {*range(classes)}:
            raise _unlike(file, f"it tells {classes} classes apart, and {len(listed)} are named beside it")
        return tuple(listed[number] for number in range(classes))
    if classes == len(official_names()):
        return official_names()
    raise _unlike(
        file,
        f"it tells {classes} classes apart, and only those of Kinetics-400 are known by their number: put their names"
        f" beside it as {_LABELS}, a name a line",
    )


def _without_computed(tensors: Tensors, computed: Tensors) -> Tensors:
    """Leaves out what the module computes itself, where that is the same; what is not is refused as unknown."""
    same = {
        name
        for name, own in computed.items()
        if name in tensors
        and tensors[name].shape == own.shape
        and torch.allclose(tensors[name].float(), own, atol=_ROUNDING)
    }
    return {name: tensor for name, tensor in tensors.items() if name not in same}


def _restore(file: Path, module: nn.Module, tensors: Tensors) -> None:
    """Puts the tensors in their places, in fp32: each has one, and each place gets one."""
    counters = {name for name in module.state_dict() if name.endswith(_COUNTER)}
    tensors = {**{name: torch.zeros((), dtype=torch.long) for name in counters}, **tensors}
    found = misfits(module, tensors)
    if found:
        raise _unlike(file, f"its tensors are not those of its classifier: {found}")
    module.load_state_dict(
        {
            name: tensor.clone() if name in counters else tensor.float().contiguous()
            for name, tensor in tensors.items()
        },
        assign=True,
    )


def _unlike(file: Path, reason: str) -> VidcompressError:
    return VidcompressError(f"model {str(file)!r} cannot be loaded: {reason}")
