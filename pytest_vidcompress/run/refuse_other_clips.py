"""Refuses a run that no stored baseline could be compared with, before anything is measured."""

from __future__ import annotations

from collections.abc import Sequence

from ..clips.clip import Clip
from ..clips.crops.digest import MARK, digest
from ..clips.profile import Profile
from ..errors import VidcompressError
from ..gate.baseline.same_clips import Sample, refusal
from ..gate.baseline.store import Store

_PROBED = 16
"""Clips whose contents are looked at: all would take long on a slow disk, and each is looked at when measured."""


def check_comparable(store: Store, sample: Sequence[Clip], profile: Profile) -> None:
    """Holds what will be measured against the baseline's clips and protocol.

    Args:
        profile: how clips will be looked at.

    Raises:
        VidcompressError: not one entry of the baseline is of these clips, looked at in this way.
    """
    entries = store.entries.values()
    protocol = profile.protocol, profile.protocol_details
    reason = refusal(entries, Sample(tuple(clip.id for clip in sample), (), *protocol), store.path)
    marked = {clip for stored in entries if stored.contents for clip in stored.clip_ids}
    if not reason and marked:
        probed = [clip for clip in sample if clip.id in marked][:_PROBED]
        contents = tuple(map(_mark, probed))
        reason = refusal(entries, Sample(tuple(clip.id for clip in probed), contents, *protocol), store.path)
    if reason:
        raise VidcompressError(reason)


def _mark(clip: Clip) -> str:
    try:
        return digest(clip.source)[:MARK]
    except OSError:
        # It will be skipped, so it differs from nothing.
        return ""
