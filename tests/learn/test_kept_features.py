from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from pytest_vidcompress.clips.clip import Clip
from pytest_vidcompress.clips.crops.crops import crops_of
from pytest_vidcompress.clips.crops.model_input import model_input
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.learn import kept_features as module
from pytest_vidcompress.learn.kept_features import OLDEST_DAYS, kept_features
from tests.models.frame_features.small import FRAMES, PROFILE, classifier


@dataclass(frozen=True)
class Drawn:
    """Frames that no file holds."""

    seed: int

    def __call__(self) -> Any:
        return np.random.default_rng(self.seed).integers(0, 256, (2 * FRAMES, 40, 40, 3), dtype=np.uint8)


def drawn(number: int = 3) -> list[Clip]:
    return [Clip(f"clip{k}", "label", Path(f"clip{k}"), Drawn(k)) for k in range(number)]


def listed(folder: Path, number: int = 3) -> list[Clip]:
    for k in range(number):
        np.save(folder / f"{k}.npy", Drawn(k)())
    return [Clip(f"clip{k}", "label", folder / f"{k}.npy") for k in range(number)]


class Counting(nn.Module):
    """A backbone that counts its calls."""

    def __init__(self, backbone: nn.Module) -> None:
        super().__init__()
        self.inner, self.calls = backbone, 0

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        return self.inner(frames)


def counting(seed: int = 0) -> Any:
    made = classifier("netvlad", seed)
    made.backbone = Counting(made.backbone)
    return made


@pytest.mark.parametrize("clips", [lambda _: drawn(), listed], ids=["functions", "files"])
def test_features_are_computed_once(clips: Callable[[Path], list[Clip]], tmp_path: Path) -> None:
    made, own = counting(), clips(tmp_path)
    first = kept_features(made, own, PROFILE, tmp_path / "cache")
    again = kept_features(made, own, PROFILE, tmp_path / "cache")
    assert made.backbone.calls == 3
    assert torch.equal(first.features, again.features)
    assert first.clips == again.clips == tuple(own)
    for clip, features in zip(own, first.features, strict=True):
        crops = crops_of(clip.source, PROFILE.crop_spec)
        with torch.no_grad():
            torch.testing.assert_close(features, made.features(model_input([crops], PROFILE))[0])


def test_what_was_kept_may_be_learned_from(tmp_path: Path) -> None:
    made = counting()
    kept_features(made, drawn(), PROFILE, tmp_path)
    features = kept_features(made, drawn(), PROFILE, tmp_path).features
    made.answer(features).sum().backward()
    assert made.classifier.weight.grad.any()


def test_another_backbone_profile_or_content_is_computed_anew(tmp_path: Path) -> None:
    kept_features(counting(), drawn(1), PROFILE, tmp_path)
    other, own = counting(1), counting()
    kept_features(other, drawn(1), PROFILE, tmp_path)
    kept_features(own, drawn(1), replace(PROFILE, mean=(0.1, 0.1, 0.1)), tmp_path)
    kept_features(own, [replace(drawn(1)[0], pixels=Drawn(9))], PROFILE, tmp_path)
    assert (other.backbone.calls, own.backbone.calls) == (1, 2)
    # What follows the features does not decide them, and a clip is what it is made of.
    own.classifier.weight.data.zero_()
    kept_features(own, [replace(drawn(1)[0], id="renamed")], PROFILE, tmp_path)
    assert own.backbone.calls == 2


@pytest.mark.parametrize("damage", ["cut", "changed"])
def test_a_damaged_entry_is_made_anew(damage: str, tmp_path: Path) -> None:
    made = counting()
    first = kept_features(made, drawn(1), PROFILE, tmp_path)
    (entry,) = (tmp_path / module.FOLDER).iterdir()
    content = entry.read_bytes()
    entry.write_bytes(content[:-9] if damage == "cut" else content[:-9] + bytes(9))
    again = kept_features(made, drawn(1), PROFILE, tmp_path)
    assert made.backbone.calls == 2
    assert torch.equal(first.features, again.features)
    assert entry.read_bytes() == content


def test_nothing_is_kept_without_a_folder(tmp_path: Path) -> None:
    made = counting()
    for _ in range(2):
        kept_features(made, drawn(1), PROFILE, None)
    assert made.backbone.calls == 2


def test_a_folder_that_cannot_be_written_is_warned_of(tmp_path: Path) -> None:
    (tmp_path / module.FOLDER).write_text("no folder")
    with pytest.warns(UserWarning, match="features of frames are not kept"):
        assert len(kept_features(counting(), drawn(1), PROFILE, tmp_path).clips) == 1


def test_clips_that_cannot_be_used_are_left_out_and_named(tmp_path: Path) -> None:
    good, bad = listed(tmp_path, 1)[0], Clip("bad", "label", tmp_path / "none.mp4")
    kept = kept_features(counting(), [bad, good], PROFILE, tmp_path / "cache")
    assert (kept.clips, len(kept.features)) == ((good,), 1)
    assert [(each.clip.id, each.reason) for each in kept.skipped] == [("bad", "missing")]
    with pytest.raises(VidcompressError, match=r"none of the 1 clips can be used: .*none.mp4: missing"):
        kept_features(counting(), [bad], PROFILE, tmp_path / "cache")


def test_what_nobody_used_for_long_goes(tmp_path: Path) -> None:
    made = counting()
    kept_features(made, drawn(1), PROFILE, tmp_path)
    folder = tmp_path / module.FOLDER
    (entry,) = folder.iterdir()
    other = folder / "notes.txt"
    other.write_text("somebody's")
    long_ago = time.time() - (OLDEST_DAYS + 1) * 86400
    for file in (entry, other):
        os.utime(file, (long_ago, long_ago))
    module._drop_old.cache_clear()
    kept_features(made, drawn(2)[1:], PROFILE, tmp_path)
    assert not entry.exists()
    assert other.exists()


def test_progress_is_told(tmp_path: Path) -> None:
    said: list[tuple[int, int]] = []
    kept_features(
        counting(), drawn(2), PROFILE, None, progress=lambda _, done, total: said.append((done, total))
    )
    assert said == [(1, 2), (2, 2)]
