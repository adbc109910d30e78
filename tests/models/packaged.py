"""The packaged checkpoints: small, and trained."""

from __future__ import annotations

import torch

from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.clips.pocket.packaged import pocket
from pytest_vidcompress.clips.sample import calibration
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.models.catalog import CATALOG
from pytest_vidcompress.models.checkpoint.load_checkpoint import load_checkpoint
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.runtimes.torch_eager import executable


def packaged(family: str) -> Model:
    folder = CATALOG[family].pocket
    assert folder is not None
    return Model(family, *load_checkpoint(folder))


def spare(of: Model, number: int = 16) -> Clips:
    """Clips to calibrate on."""
    clip_set = pocket()
    chosen = calibration(clip_set, clip_set.clips, number, 0)
    ids = {label: of.labels.index(label) for label in clip_set.labels}
    return Clips(chosen, clip_set.labels, ids, of.profile)


_SHOWN: dict[str, list[torch.Tensor]] = {}
"""Pixels by what models take."""


def _shown(to: Model) -> list[torch.Tensor]:
    """A clip each; what is decoded once is shown to every model that takes the same."""
    taken = f"{to.profile} {to.labels}"
    if taken not in _SHOWN:
        _SHOWN[taken] = [pixels for pixels, _ in spare(to, 32).batches(1)]
    return _SHOWN[taken]


def compressed(recipe: str, of: Model) -> Model:
    """By techniques that calibrate on spare clips."""
    return parse(recipe, TECHNIQUES).apply(of, spare(of))


def logits(of: Model) -> torch.Tensor:
    """Of spare clips, `(N, labels)`."""
    module = executable(of.module)
    with torch.inference_mode():
        rows = [module(pixels.clone()) for pixels in _shown(of)]
    return torch.cat([getattr(row, "logits", row) for row in rows])
