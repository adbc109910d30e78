"""Pictures of the clips that flipped, of the most telling ones: those that the worst variants lose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from ...clips.faults import Undecodable

if TYPE_CHECKING:
    from ...gate.verdict import Result
    from ..session import Session

MOST_CLIPS = 40
"""Of a run."""


def flip_pictures(session: Session, results: Sequence[Result]) -> Mapping[str, Sequence[str]]:
    """By clip id, as `thumbnails` makes them; a clip that does not decode any more has none."""
    from ...clips.crops.thumbnails import thumbnails

    clips = {clip.id: clip for clip in session.inputs.clip_set.clips}
    found: dict[str, Sequence[str]] = {}
    for clip, model in islice(telling(results), MOST_CLIPS):
        if clip in clips:
            try:
                found[clip] = thumbnails(clips[clip].source, session.inputs.model(model).profile.crop_spec)
            except (Undecodable, OSError):
                continue
    return found


def telling(results: Sequence[Result]) -> Iterator[tuple[str, str]]:
    """Ids of clips that flipped, each with a model: one of every variant in turns, the worst verdicts first."""
    from ...present.measurement.flips import flipped_places

    ordered = sorted(results, key=lambda result: (result.status.rank, -result.report.top1_drop))
    flipped = [(result.report, flipped_places(result.report)) for result in ordered]
    seen = set[str]()
    for turn in range(max((len(places) for _, places in flipped), default=0)):
        for report, places in flipped:
            if turn < len(places) and (clip := report.identity.clip_ids[places[turn]]) not in seen:
                seen.add(clip)
                yield clip, report.model
