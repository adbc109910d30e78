"""Checkpoint folders and Hub ids -> modules, through transformers, refusing anything half loaded.

No code but transformers' own is run: what brings its own is given by a hook.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import nn

from ...clips.profile import Profile
from ...errors import VidcompressError, first_line
from ..catalog import family_of, own_architecture
from ..families import FAMILIES
from ..family import Pretrained
from ..own.own_weights import load_stored
from .checkpoint_files import WEIGHTS, cannot_be_loaded, config_file, is_local, refuse_absent
from .checkpoint_profile import read_profile
from .classifier import architecture, build
from .configuration import configuration, geometry, is_video_classifier, takes_texts, value_of
from .geometry_limits import refuse_beyond_tensors
from .label_texts import label_embeddings
from .stored_sizes import stored_sizes
from .transformers_log import silenced
from .value_limits import refuse_impossible


def load_checkpoint(
    source: str | Path, labels: tuple[str, ...] = ()
) -> tuple[nn.Module, Profile, tuple[str, ...]]:
    """Loads a fine-tuned video classifier.

    Args:
        source: a folder in Hugging Face format, or a Hub id.
        labels: what a model is to tell apart that takes texts for labels; others know theirs.

    Returns:
        The module in eval mode and fp32, its profile, and the label of every logit.

    Raises:
        VidcompressError: not found, not a video classifier, or weights missing, unexpected or misshapen; or it takes
            texts for labels, and has no tokenizer.
    """
    config = _config(source)
    profile, labels = read_profile(source, config), _labels(source, config, labels)
    refuse_absent(source, WEIGHTS)
    if own_architecture(config.model_type):
        return load_stored(source, partial(build, config)), profile, labels
    return _pretrained(source, config, labels).eval(), profile, labels


def _pretrained(source: str | Path, config: Any, labels: tuple[str, ...]) -> nn.Module:
    """As transformers loads it."""
    with silenced():
        try:
            module, loading = architecture(config).from_pretrained(
                str(source),
                config=config,
                local_files_only=is_local(source, WEIGHTS),
                attn_implementation=config._attn_implementation,
                output_loading_info=True,
                ignore_mismatched_sizes=True,  # refused below, by name
                dtype=torch.float32,
            )
        except Exception as error:  # safetensors, pickle and transformers each raise kinds of their own
            raise cannot_be_loaded(source, first_line(error)) from None
    _refuse_other_frames(source, config, loading)
    _refuse_incomplete(source, loading)
    family = family_of(config.model_type)
    if family is not None and family.classifier is not None:
        module = family.classifier(module, label_embeddings(source, module.eval(), labels))
    return module


def random_model(
    named: Pretrained | None, source: str | Path | None, labels: tuple[str, ...]
) -> tuple[nn.Module, Profile, tuple[str, ...]]:
    """Builds a geometry with seeded random weights, without a download for the published ones.

    Args:
        named: whose published geometry to build; used when `source` is None.
        source: a checkpoint whose configuration to build instead.
        labels: the labels to classify when the published geometry is built.
    """
    if source is None:
        assert named is not None
        config, profile = _published(named, labels), named.profile
    else:
        config = _config(source)
        profile, labels = read_profile(source, config), _labels(source, config, labels)
    with torch.random.fork_rng(devices=[]), silenced():
        torch.manual_seed(0)
        try:
            module = build(config)
        except Exception as error:  # every model raises kinds of its own
            raise cannot_be_loaded(source or (named and named.checkpoint) or "", first_line(error)) from None
        with torch.no_grad():
            for parameter in module.parameters():
                # Parameters that start at zero would count as sparsity, which trained ones do not have.
                if not parameter.any():
                    parameter.normal_(std=0.02)
    return module.eval(), profile, labels


def _published(named: Pretrained, labels: tuple[str, ...]) -> Any:
    """The configuration of a geometry that is known by name, of a classifier of these labels."""
    own, geometry = own_architecture(named.model_type), deepcopy({**named.geometry})
    if own:
        return own.configuration({**geometry, "id2label": dict(enumerate(labels))})
    from transformers import AutoConfig

    config = AutoConfig.for_model(named.model_type, **geometry)
    _answer_with(config, labels)
    return config


def _config(source: str | Path) -> Any:
    """The configuration of a checkpoint, held against its tensors before anything is built."""
    said = config_file(source)
    kind: Any = said.get("model_type")
    if kind is None:
        raise cannot_be_loaded(source, "its config.json says no model_type")
    if not is_video_classifier(kind):
        raise VidcompressError(f"model {str(source)!r} {_stranger(kind, said)}")
    try:
        refuse_impossible(said)
        refuse_beyond_tensors(geometry(said), stored_sizes(source))
        return configuration(said)
    except VidcompressError as error:
        raise cannot_be_loaded(source, str(error)) from None


def _stranger(kind: Any, said: Mapping[str, Any]) -> str:
    hook = "pytest_vidcompress_models()"
    if "auto_map" in said:
        return (
            f"brings code of its own (auto_map in its config.json), which is never run: register such a model with"
            f" {hook}"
        )
    titles = " or ".join(family.title for family in FAMILIES)
    return (
        f"is a {kind!r:.60} model, not a video classifier that transformers knows; name a checkpoint of {titles}, or"
        f" register your own with {hook}"
    )


def _answer_with(config: Any, labels: tuple[str, ...]) -> None:
    """Makes a configuration one of a classifier of these labels."""
    config.id2label = dict(enumerate(labels))
    config.label2id = {name: k for k, name in enumerate(labels)}


def _labels(source: str | Path, config: Any, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """The label of every logit: the checkpoint's own, or those `wanted` of one that takes any texts."""
    if takes_texts(config.model_type) and wanted:
        _answer_with(config, wanted)
        return wanted
    try:
        names = tuple(str(config.id2label[k]) for k in sorted(config.id2label))
    except (TypeError, KeyError, AttributeError):
        raise cannot_be_loaded(
            source, "its config.json has an id2label that does not name every label"
        ) from None
    if takes_texts(config.model_type) and names == tuple(f"LABEL_{k}" for k in range(len(names))):
        raise VidcompressError(
            f"model {str(source)!r} takes texts for labels, and there are none: give clips whose labels are known"
        )
    return names


def _refuse_other_frames(source: str | Path, config: Any, loading: Mapping[str, Any]) -> None:
    family = family_of(config.model_type)
    if family is None or not family.time_embeddings:
        return
    for name, stored, _ in loading.get("mismatched_keys") or ():
        if name.endswith(family.time_embeddings) and len(stored) == 3:
            raise VidcompressError(
                f"model {str(source)!r} has weights for {stored[1]} frames, and its config.json says"
                f" {family.frames_key}={value_of(config, family.frames_key)}: correct that"
            )


def _refuse_incomplete(source: str | Path, loading: Mapping[str, Any]) -> None:
    for kind in ("missing_keys", "unexpected_keys", "mismatched_keys", "error_msgs"):
        keys = sorted(_key(key) for key in loading.get(kind) or ())
        if keys:
            raise VidcompressError(
                f"model {str(source)!r} does not load completely: {len(keys)} {kind.replace('_', ' ')}, such as"
                f" {keys[0]}; its weights would be random or lost there, so convert the checkpoint first"
            )


def _key(misfit: Any) -> str:
    """A weight's name; of a misshapen one with both shapes."""
    if isinstance(misfit, tuple):
        name, stored, expected = misfit
        return f"{name} (stored as {tuple(stored)}, expected {tuple(expected)})"
    return str(misfit)
