"""A frame-feature model <-> the folder of a checkpoint."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from ...clips.profile import Profile
from ...errors import VidcompressError
from ..own.stored_weights import load_stored, save_stored
from .frame_classifier import FrameClassifier, build
from .settings import FrameSettings


def load_classifier(source: str | Path, settings: FrameSettings) -> FrameClassifier:
    """The classifier of a checkpoint, in fp32 and eval mode.

    Args:
        source: a folder, or a Hub id.
        settings: what its `config.json` says.

    Raises:
        VidcompressError: it cannot be built, or the stored tensors are not its own.
    """
    classifier = load_stored(source, partial(build, settings))
    classifier.backbone.requires_grad_(False)
    return classifier


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
