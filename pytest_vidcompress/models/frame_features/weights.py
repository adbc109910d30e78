"""A frame-feature model -> the folder of a checkpoint."""

from __future__ import annotations

from pathlib import Path

from ...clips.profile import Profile
from ...errors import VidcompressError
from ..own.own_weights import save_stored
from .frame_classifier import FrameClassifier


def save_checkpoint(classifier: FrameClassifier, profile: Profile, folder: Path) -> None:
    """Writes what `--vc-model=FOLDER` reads.

    Args:
        classifier: with a configuration.
        profile: how it is shown clips.
        folder: made if it is not there.

    Raises:
        VidcompressError: nothing says how the classifier is built.
    """
    if classifier.config is None:
        raise VidcompressError(
            "the backbone or the aggregator is a module of your own, which no config.json can say: save its state"
            " dict, and give the model by pytest_vidcompress_models()"
        )
    save_stored(classifier, classifier.config.to_dict(), profile, folder)
