"""Checkpoint folders and Hub ids -> modules, through transformers, refusing anything half loaded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from torch import nn

from ..clips.profile import Profile
from ..errors import VidcompressError, first_line
from .catalog import family_of
from .checkpoint_profile import profile_of
from .families import FAMILIES
from .family import Pretrained
from .transformers_log import silenced

_CONFIG = ("config.json",)
_WEIGHTS = (
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
)
_HUB_TIMEOUT_S = 10


def load_checkpoint(source: str | Path) -> tuple[nn.Module, Profile, tuple[str, ...]]:
    """Loads a fine-tuned video classifier.

    Args:
        source: a folder in Hugging Face format, or a Hub id.

    Returns:
        The module in eval mode and fp32, its profile, and the label of every logit.

    Raises:
        VidcompressError: not found, not a video classifier, or weights missing, unexpected or misshapen.
    """
    from transformers import AutoModelForVideoClassification

    config = _config(source)
    module, loading = _from_pretrained(
        AutoModelForVideoClassification,
        source,
        _WEIGHTS,
        config=config,
        output_loading_info=True,
        ignore_mismatched_sizes=True,  # refused below, by name
        dtype=torch.float32,
    )
    _refuse_other_frames(source, config, loading)
    _refuse_incomplete(source, loading)
    return module.eval(), _profile(source, config), _labels(config)


def random_model(
    named: Pretrained | None, source: str | Path | None, labels: tuple[str, ...]
) -> tuple[nn.Module, Profile, tuple[str, ...]]:
    """Builds a geometry with seeded random weights, without a download for the published ones.

    Args:
        named: whose published geometry to build; used when `source` is None.
        source: a checkpoint whose configuration to build instead.
        labels: the labels to classify when the published geometry is built.
    """
    from transformers import AutoConfig, AutoModelForVideoClassification

    if source is None:
        assert named is not None
        names = {"id2label": dict(enumerate(labels)), "label2id": {name: k for k, name in enumerate(labels)}}
        config = AutoConfig.for_model(named.model_type, **named.geometry, **names)
        profile = named.profile
    else:
        config = _config(source)
        profile = _profile(source, config)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        module = AutoModelForVideoClassification.from_config(config, dtype=torch.float32)
        with torch.no_grad():
            for parameter in module.parameters():
                # Parameters that start at zero would count as sparsity, which trained ones do not have.
                if not parameter.any():
                    parameter.normal_(std=0.02)
    return module.eval(), profile, _labels(config)


def _profile(source: str | Path, config: Any) -> Profile:
    return profile_of(
        source, config, _json(source, "preprocessor_config.json"), _json(source, "profile.json")
    )


def _config(source: str | Path) -> Any:
    from transformers import AutoConfig

    config = _from_pretrained(AutoConfig, source, _CONFIG)
    if not hasattr(config, "num_frames"):
        titles = " or ".join(family.title for family in FAMILIES)
        raise VidcompressError(
            f"model {str(source)!r} is a {config.model_type!r} model, not a video classifier that transformers"
            f" knows; name a checkpoint of {titles}, or register your own with"
            " pytest_vidcompress_models()"
        )
    return config


def _from_pretrained(loader: Any, source: str | Path, files: tuple[str, ...], **options: Any) -> Any:
    """Loads a folder or Hub id with a class of transformers; one of `files` is what it reads.

    What the Hub's cache has is taken from there without asking the Hub: a reference changes when somebody
    fetches it anew, not when its author pushes, and nobody waits for a network that is not there.
    """
    is_folder = Path(source).is_dir()
    is_local = is_folder or any(isinstance(_cached(source, name), str) for name in files)
    if not is_local and not _is_on_hub(str(source)):
        raise _not_found(source)
    with silenced():
        try:
            return loader.from_pretrained(str(source), local_files_only=is_local, **options)
        except Exception as error:  # safetensors, pickle and transformers each raise kinds of their own
            raise VidcompressError(
                f"model {'folder ' if is_folder else ''}{str(source)!r} cannot be loaded: {first_line(error)};"
                " expected config.json and model.safetensors in Hugging Face format"
            ) from None


def _labels(config: Any) -> tuple[str, ...]:
    return tuple(config.id2label[k] for k in sorted(config.id2label))


def _json(source: str | Path, name: str) -> dict[str, Any]:
    """A small JSON file of a checkpoint; empty when it has none."""
    if Path(source).is_dir():
        path: Path | None = Path(source) / name
    else:
        cached = _cached(source, name)
        if cached is None:
            cached = _download(source, name)
        path = Path(cached) if isinstance(cached, str) else None
    return json.loads(path.read_text("utf-8")) if path and path.is_file() else {}


def _cached(source: str | Path, name: str) -> object:
    """Path of a file in the Hub's cache, None when that is not known there, or a mark that there is none."""
    from huggingface_hub import try_to_load_from_cache

    try:
        return try_to_load_from_cache(str(source), name)
    except ValueError:  # not even the form of a Hub id
        return None


@lru_cache
def _is_on_hub(source: str) -> bool:
    """Whether the Hub answers for a model: asked once, because transformers asks for half a minute."""
    from huggingface_hub import HfApi

    try:
        HfApi().model_info(source, timeout=_HUB_TIMEOUT_S)
    except Exception:  # no network, switched off, no such model, no access: all the same to us
        return False
    return True


def _download(source: str | Path, name: str) -> str | None:
    from huggingface_hub import hf_hub_download

    if not _is_on_hub(str(source)):
        return None
    try:
        return hf_hub_download(str(source), name)
    except Exception:  # an optional file: whatever the Hub answers, the family's protocol stands
        return None


def _refuse_other_frames(source: str | Path, config: Any, loading: Mapping[str, Any]) -> None:
    family = family_of(config.model_type)
    rows = family.time_embeddings if family else ""
    for name, stored, _ in loading.get("mismatched_keys") or ():
        if rows and name.endswith(rows) and len(stored) == 3:
            raise VidcompressError(
                f"model {str(source)!r} has weights for {stored[1]} frames, and its config.json says"
                f" num_frames={config.num_frames}: correct that"
            )


def _refuse_incomplete(source: str | Path, loading: Mapping[str, Any]) -> None:
    for kind in ("missing_keys", "unexpected_keys", "mismatched_keys", "error_msgs"):
        found = sorted(_key(key) for key in loading.get(kind) or ())
        if found:
            raise VidcompressError(
                f"model {str(source)!r} does not load completely: {len(found)} {kind.replace('_', ' ')}, such as"
                f" {found[0]}; its weights would be random or lost there, so convert the checkpoint first"
            )


def _key(found: Any) -> str:
    """A weight's name; of a misshapen one with both shapes."""
    if isinstance(found, tuple):
        name, stored, expected = found
        return f"{name} (stored as {tuple(stored)}, expected {tuple(expected)})"
    return str(found)


def _not_found(source: str | Path) -> VidcompressError:
    from huggingface_hub.constants import HF_HUB_CACHE

    return VidcompressError(
        f"model {str(source)!r} is neither in the local cache ({HF_HUB_CACHE}) nor reachable on the Hub; run"
        f" `hf download {source}` once where there is a network, give a folder, or use --vc-weights=random"
    )
