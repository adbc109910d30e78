"""Some packaged clips, as small as a model could want them."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
import torch
from torch import nn

from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.clips.pocket.packaged import pocket
from pytest_vidcompress.clips.profile import Profile
from pytest_vidcompress.clips.sample import sample
from pytest_vidcompress.models.model import Model

PROFILE = Profile(2, 4, 16, sampling="even")
PIXELS = 2 * 3 * 16 * 16


@pytest.fixture(autouse=True)
def own_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A temporary folder of our own, so that another run on this machine does not hold up our timings."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)


@pytest.fixture(scope="session")
def clips() -> Clips:
    """Eight pocket clips of two frames, 16 x 16 pixels, with a model's outputs in the order of the labels."""
    found = pocket()
    ids = {label: position for position, label in enumerate(found.labels)}
    return Clips(sample(found.clips, 8, 0), found.labels, ids, PROFILE)


@pytest.fixture
def classifier(clips: Clips) -> Model:
    """Two dense layers that transformers has never seen."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        module = nn.Sequential(
            nn.Flatten(), nn.Linear(PIXELS, 32), nn.ReLU(), nn.Dropout(0.5), nn.Linear(32, len(clips.labels))
        )
    return Model("dense", module.eval(), PROFILE, clips.labels)
