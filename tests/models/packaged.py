"""The packaged checkpoints: small, and trained."""

from __future__ import annotations

from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.clips.pocket.packaged import pocket
from pytest_vidcompress.clips.sample import calibration
from pytest_vidcompress.models.catalog import CATALOG
from pytest_vidcompress.models.checkpoint.load_checkpoint import load_checkpoint
from pytest_vidcompress.models.model import Model


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
