"""Clips by which recipes are compared: neither tested nor calibrated on, since what was fitted to clips is good on
them."""

from __future__ import annotations

from ...clips.clip import Clip
from ...clips.loader import Clips
from ...clips.sample import calibration
from ...clips.shared_content import SharedContent
from ..inputs import Inputs


def comparison_clips(inputs: Inputs, model: str, number: int, seed: int) -> Clips:
    """As a model wants its pixels; those that calibrate, where no others are left.

    Args:
        model: its name.
        number: at most so many.
        seed: of the pick.
    """
    fitted = inputs.calibration(model).sample
    more = calibration(inputs.clip_set, inputs.sample, number + len(fitted), seed)
    reserved = SharedContent(inputs.sample, "tested"), SharedContent(fitted, "calibrated on")
    ids = {clip.id for clip in fitted}

    def is_free(clip: Clip) -> bool:
        return clip.id not in ids and all(each.like(clip) is None for each in reserved)

    return inputs.only(model, tuple(filter(is_free, more))[:number] or fitted)
