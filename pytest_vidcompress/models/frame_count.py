"""How many frames the weights of a module know, so that it is fed that many and no others.

transformers stretches the time embeddings of a TimeSformer that is fed another number without a word, and its
accuracy is then of no model that anybody trained.
"""

from __future__ import annotations

from typing import Any

from ..errors import VidcompressError
from .families import FAMILIES


def refuse_other_frames(name: str, module: object, frames: int) -> None:
    """Raises where `module` would be fed another number of frames than its weights know.

    Args:
        name: of the module, for the message.
        module: a classifier of one of the families; anything else passes.
        frames: what it is going to be fed.

    Raises:
        VidcompressError: it knows another number.
    """
    own = frames_of(module)
    if own is not None and own != frames:
        raise VidcompressError(
            f"{name} is fed {frames} frames a clip, and its weights know {own}: give it a profile with"
            f" frames={own}, or load weights for {frames}"
        )


def frames_of(module: object) -> int | None:
    """Frames that the weights of a classifier are made for; None where they do not tell."""
    for read in (_own, *(family.frames_of for family in FAMILIES if family.frames_of)):
        try:
            return read(module)
        except AttributeError:
            continue
    return None


def frame_axis_of(module: object) -> int:
    """Which axis of its pixels frames are, of a classifier that says how many it knows: 1, or 2 after channels."""
    return int(getattr(module, "frame_axis", 1))


def _own(module: Any) -> int | None:
    # Rewritten and wrapped classifiers say so themselves.
    return None if module.num_frames is None else int(module.num_frames)
