from __future__ import annotations

from pathlib import Path

import pytest
import torch

from pytest_vidcompress.models.catalog import family_of
from pytest_vidcompress.models.checkpoint.load_checkpoint import load_checkpoint
from pytest_vidcompress.models.frame_count import frames_of
from tests.models.small import LABELS, checkpoint, logits, network


def test_a_checkpoint_loads_with_its_familys_protocol(tmp_path: Path) -> None:
    saved = checkpoint(tmp_path, "vjepa2")
    module, profile, labels = load_checkpoint(tmp_path)
    assert torch.equal(logits(module), logits(saved))
    assert labels == LABELS
    # Its processor resizes 256 / 224 as far as it cuts.
    assert (profile.frames, profile.size, profile.resize) == (4, 32, 36)
    assert profile.protocol == "4x4, 1x1 views"


def test_it_takes_any_number_of_frames() -> None:
    assert frames_of(network("vjepa2")) is None


@pytest.mark.parametrize("scope", ["global", "attention", "dense"])
def test_the_studys_scopes_are_its_layers(scope: str) -> None:
    family = family_of("vjepa2")
    assert family is not None
    parts = dict(network("vjepa2").named_modules())
    for pattern in family.profile.modules[scope]:
        assert isinstance(parts[pattern.format(layer=1)], torch.nn.Linear)
