"""A text -> its vector beside those of videos, of models that hold videos against texts. Heavy: imports torch.

X-CLIP adds to a text, before it holds it against a video, what its prompts make of that video's frames
(`XClipClassifier`). A vector of a text alone is without that: an index knows of a video nothing but its vector.
"""

from __future__ import annotations

import torch

from ...errors import VidcompressError
from ...models.catalog import CATALOG
from ...models.load import load, takes_any_labels
from ...models.model import Model
from ...search.embedding import TEXTS
from ...search.vector_formats import Vector
from ..registries import Registries

_SAME = 0.99
"""Cosine of what two towers make of a text, from which on they are one: what is stored may be narrower."""


def label_vectors(model: Model) -> torch.Tensor | None:
    """Those of a model's labels, `(labels, D)`; None of one that does not hold videos against texts."""
    found = (getattr(part, TEXTS, None) for part in model.module.modules())
    rows = next((each for each in found if isinstance(each, torch.Tensor)), None)
    return None if rows is None else rows.detach().float().cpu()


def require_label_vectors(model: Model) -> torch.Tensor:
    """Likewise.

    Raises:
        VidcompressError: it does not.
    """
    rows = label_vectors(model)
    if rows is None:
        named = ", ".join(name for name, each in CATALOG.items() if takes_any_labels(each))
        raise VidcompressError(
            f"model {model.name!r} holds videos against no texts, so that --text cannot be asked: index with one of"
            f" {named}, or ask with a video or --of-label"
        )
    return rows


def text_vector(model: Model, text: str, source: str, published: bool, registries: Registries) -> Vector:
    """The vector of a text, of length one.

    Args:
        model: whose videos it is held against: as techniques left it, without its text tower.
        source: where that is, as `--model` names it.
        published: as `Wanted` has it.

    Raises:
        VidcompressError: it knows no texts; the text tower is not there, is another's, or gives no direction.
    """
    own = require_label_vectors(model)
    if text in model.labels:
        return unit(own[model.labels.index(text)], text)
    texts = tuple(dict.fromkeys((*model.labels, text)))
    try:
        tower = load(source, texts, "--text", registered=registries.models, published=published)
    except VidcompressError as error:
        raise VidcompressError(
            f"the texts of {model.name!r} need its uncompressed checkpoint with a tokenizer, and {source!r} cannot be"
            f" loaded ({error}): name it with --model and --asymmetric"
        ) from error
    rows = require_label_vectors(tower)
    _refuse_other_tower(own, rows[: len(own)], source, model.name)
    return unit(rows[texts.index(text)], text)


def unit(row: torch.Tensor, text: str) -> Vector:
    """The vector of a text, scaled to length one.

    Raises:
        VidcompressError: it has no direction.
    """
    length = float(row.norm())
    if not 0 < length < float("inf"):
        raise VidcompressError(f"text {text!r} has a vector that is not a number, or zero: ask with another")
    return (row.double() / length).float().numpy()


def _refuse_other_tower(own: torch.Tensor, again: torch.Tensor, source: str, name: str) -> None:
    is_same = own.shape == again.shape and bool((torch.cosine_similarity(own, again) > _SAME).all())
    if not is_same:
        raise VidcompressError(
            f"the text tower of {source!r} gives other vectors for the labels of {name!r} than those that it has:"
            " name the checkpoint that it was made of with --model and --asymmetric"
        )
