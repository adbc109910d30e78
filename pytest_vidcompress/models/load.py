"""A name from `--vc-model` -> a reference model whose labels are the clip set's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal

from ..clips.labels import match, normal_form
from ..clips.profile import Views
from ..errors import VidcompressError
from .catalog import CATALOG, DEFAULT_CLIPS, DEFAULT_MODELS, family_of
from .family import Pretrained
from .frame_count import refuse_other_frames
from .model import Model
from .publication import own_publication, publication_of
from .registered import Factory, from_factory

__all__ = [
    "Factory",
    "are_pocket",
    "check_name",
    "is_of_texts",
    "load",
    "refuse_one_label",
    "takes_any_labels",
    "tells_several",
]


def check_name(name: str, registered: Mapping[str, Factory]) -> None:
    """Refuses a name that cannot be a model, without loading anything."""
    is_there = name != "" and (Path(name).is_dir() or Path(name).is_file())
    if name in registered or name in CATALOG or is_there or _is_hub_id(name):
        return
    names = ", ".join(sorted({*CATALOG, *registered}))
    raise VidcompressError(
        f"unknown model {name!r}: expected one of {names}, a folder with a checkpoint, a file of its authors', or a"
        " Hub id like owner/name"
    )


def load(
    name: str,
    labels: tuple[str, ...],
    clip_set: str,
    weights: Literal["trained", "random"] = "trained",
    registered: Mapping[str, Factory] | None = None,
    published: bool = False,
) -> Model:
    """Loads the model `name` for clips with `labels`.

    A family's name means the packaged checkpoint when the clips carry the pocket labels, and the
    published checkpoint otherwise, or where `published` asks for it. One that takes texts for labels answers with
    those of the clips.

    Raises:
        VidcompressError: unknown, not loadable, its weights know another number of frames than its profile
            says, or it does not know some of the labels.
    """
    check_name(name, registered or {})
    if registered and name in registered:
        model = from_factory(name, registered[name])
        if model.published is None and model.profile.published != Views():
            model = replace(model, published=own_publication(model.profile))
    else:
        _refuse_other_clips(name, labels, clip_set)
        model = _build(name, labels, weights, published)
    refuse_other_frames(f"model {name!r}", model.module, model.profile.frames)
    match(labels, model.labels, model_name=name, clip_set_name=clip_set)
    return model


def refuse_one_label(model: Model, clip_set: str) -> None:
    """Refuses a model that tells several things of a clip, for clips of which each has one label.

    Args:
        model: what was loaded.
        clip_set: what an error calls the clips.

    Raises:
        VidcompressError: it tells several.
    """
    if tells_several(model):
        raise VidcompressError(
            f"model {model.name!r} tells several things of a clip, and clip set {clip_set!r} has one label a clip:"
            " list its clips in a CSV with columns path and labels (docs/kinetics.md), or give its ClipSet"
            " several_labels=True"
        )


def tells_several(model: Model) -> bool:
    """Does a model tell several things of a clip: does `problem_type` of its module's configuration say so, or is it
    one that is packaged for such clips?"""
    config, named = getattr(model.module, "config", None), CATALOG.get(model.name)
    packaged = (
        named and named.clips != DEFAULT_CLIPS and named.model_type == getattr(config, "model_type", None)
    )
    several = getattr(config, "problem_type", None) == "multi_label_classification"
    return several or bool(packaged and model.weights == "trained")


def _refuse_other_clips(name: str, labels: tuple[str, ...], clip_set: str) -> None:
    """Refuses packaged clips for a model that others are packaged for."""
    named = CATALOG.get(name)
    if named is None or not labels:
        return
    if named.clips == DEFAULT_CLIPS and _are_events(labels) and not takes_any_labels(named):
        others = ", ".join(other for other, each in CATALOG.items() if each.clips != DEFAULT_CLIPS)
        raise VidcompressError(
            f"model {name!r} tells one thing of each clip, and clip set {clip_set!r} is of long ones with several"
            f" labels each: give one of {others} (--vc-model), or other clips (--vc-clips)"
        )
    if named.clips != DEFAULT_CLIPS and are_pocket(labels):
        raise VidcompressError(
            f"model {name!r} tells what happens in long clips, several things in one, and clip set {clip_set!r} is of"
            f" short ones with one label each: give --vc-clips={named.clips}"
        )


def _build(
    name: str, labels: tuple[str, ...], weights: Literal["trained", "random"], published: bool
) -> Model:
    from .checkpoint.load_checkpoint import load_checkpoint, random_model

    named = CATALOG.get(name)
    source = _source(name, named, labels, published)
    if source and Path(source).is_file():
        return _of_file(name, Path(source), weights)
    if weights == "random":
        # The published geometry is known here; only other checkpoints need their configuration read.
        is_known = named is not None and (source == named.checkpoint or not named.is_published)
        return Model(name, *random_model(named, None if is_known else source, labels), weights="random")
    if not source:
        raise _without_weights(name, named)
    module, profile, answers = load_checkpoint(source, labels)
    return Model(
        name, module, profile, answers, published=publication_of(source, module, profile, len(answers))
    )


def _of_file(name: str, file: Path, weights: Literal["trained", "random"]) -> Model:
    """A checkpoint as its authors publish it."""
    from .checkpoint.original_file import load_original

    if weights == "random":
        raise VidcompressError(
            f"model {name!r} is a file of weights: leave out --vc-weights=random, or name the geometry that is meant"
        )
    module, profile, answers = load_original(file)
    return Model(
        name, module, profile, answers, published=publication_of(file, module, profile, len(answers))
    )


def _source(name: str, named: Pretrained | None, labels: tuple[str, ...], published: bool) -> str | Path:
    """Where a checkpoint is; empty of a geometry whose weights are nowhere that is known here."""
    if named is None:
        return Path(name) if Path(name).exists() else name
    if published and named.is_published:
        return named.checkpoint
    if not named.is_published or (are_pocket(labels) and not takes_any_labels(named)):
        if named.pocket is None:
            packaged = ", ".join(DEFAULT_MODELS)
            raise VidcompressError(
                f"model {name!r} has no packaged checkpoint for the pocket clips: use one of {packaged}, or give"
                " Kinetics clips with --vc-clips"
            )
        return named.pocket if named.pocket.is_dir() else ""
    return named.checkpoint


def _without_weights(name: str, named: Pretrained | None) -> VidcompressError:
    if named and named.file:
        return VidcompressError(
            f"model {name!r} has weights that its authors publish as a file: fetch {named.file} and give it as"
            " --vc-model=FILE, or give --vc-weights=random for its geometry alone"
        )
    return VidcompressError(
        f"model {name!r} has no trained weights in this installation, and nobody has published others: give"
        " --vc-weights=random for its geometry, or a folder with a checkpoint"
    )


def takes_any_labels(named: Pretrained) -> bool:
    """Whether labels are texts to a model."""
    family = family_of(named.model_type)
    return family is not None and family.classifier is not None


def is_of_texts(name: str) -> bool:
    """Does a name, folder or Hub id mean a model to which labels are texts? Of what cannot be read: no."""
    from .checkpoint.checkpoint_files import config_file
    from .checkpoint.configuration import takes_texts

    if name in CATALOG:
        return takes_any_labels(CATALOG[name])
    if not (Path(name).exists() or _is_hub_id(name)):
        return False
    try:
        return takes_texts(str(config_file(name).get("model_type")))
    except VidcompressError:
        return False


def are_pocket(labels: Iterable[str]) -> bool:
    """Are these labels of the packaged clips, for which a name means the packaged checkpoint?"""
    from ..clips.pocket.motions import MOTIONS

    return {normal_form(label) for label in labels} <= {normal_form(label) for label in MOTIONS}


def _are_events(labels: Iterable[str]) -> bool:
    """Are these labels of the packaged long clips?"""
    from ..clips.events.kinds import KINDS

    return {normal_form(label) for label in labels} <= {normal_form(label) for label in KINDS}


def _is_hub_id(name: str) -> bool:
    owner, _, repository = name.partition("/")
    return bool(owner and repository) and "/" not in repository and not name.startswith((".", "/", "~"))
