"""How many frames the weights of a module know, so that it is fed that many and no others.

transformers stretches the time embeddings of a TimeSformer that is fed another number without a word, and its
accuracy is then of no model that anybody trained.
"""

from __future__ import annotations

from typing import Any

from ..errors import VidcompressError


def refuse_other_frames(name: str, module: object, frames: int) -> None:
    """Raises where `module` would be fed another number of frames than its weights know.

    Args:
        name: of the module, for the message.
        module: a TimeSformer or VideoMAE classifier of transformers; anything else passes.
        frames: what it is going to be fed.

    Raises:
        VidcompressError: it knows another number.
    """
    known = known_frames(module)
    if known is not None and known != frames:
        raise VidcompressError(
            f"{name} is fed {frames} frames a clip, and its weights know {known}: give it a profile with"
            f" frames={known}, or load weights for {frames}"
        )


def known_frames(module: object) -> int | None:
    """Frames that the embeddings of a classifier are made for; None where it does not tell."""
    for read in (_own, _timesformer, _videomae):
        try:
            return read(module)
        except AttributeError:
            continue
    return None


def _own(module: Any) -> int:
    # Rewritten classifiers say so themselves.
    return int(module.num_frames)


def _timesformer(module: Any) -> int:
    # A model that attends within frames only has no time embeddings, and takes any number.
    return int(module.timesformer.embeddings.time_embeddings.shape[1])


def _videomae(module: Any) -> int:
    embeddings = module.videomae.embeddings
    patches = embeddings.patch_embeddings
    (height, width), (down, across) = patches.image_size, patches.patch_size
    tubelets = embeddings.position_embeddings.shape[1] // ((height // down) * (width // across))
    # What is left over of an odd number of frames makes no tubelet.
    configured = int(module.config.num_frames)
    return configured if configured // patches.tubelet_size == tubelets else tubelets * patches.tubelet_size
