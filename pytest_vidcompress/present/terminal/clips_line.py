"""What a run was measured on, in a line."""

from __future__ import annotations

from collections.abc import Mapping

from ...clips.clip import ClipSet


def clips_line(clip_set: ClipSet, sample: int, seed: int, protocols: Mapping[str, str]) -> str:
    """`clips: annotation CSV, flat folder: 19,881 files, sample of 1,000, seed 0, 16x4, 1x1 views`.

    Args:
        sample: clips in it.
        protocols: how clips were looked at, each with the published views where these are others; empty where not.
    """
    looked = "; ".join(
        f"{protocol} (published: {published})" if published else protocol
        for protocol, published in sorted(protocols.items())
        if protocol
    )
    line = f"clips: {clip_set.describe()}, sample of {sample:,}, seed {seed}"
    return f"{line}, {looked}" if looked else line
