"""What a report was measured on: the contents of its clips, and how they were looked at."""

from __future__ import annotations

from dataclasses import replace

from ..clips.crops.digest import MARK, digest, digest_of_set
from ..clips.loader import Clips
from ..errors import VidcompressError
from ..models.model import Model
from .report import Report


def identified(report: Report, model: Model, clips: Clips) -> Report:
    """The report of a reference with `protocol`, `clips_digest` and `contents`.

    Raises:
        VidcompressError: a clip that was measured cannot be read any more.
    """
    try:
        digests = [digest(clip.path) for clip in clips]
    except OSError as error:
        raise VidcompressError(f"{error.filename} changed while tests ran: {error.strerror}") from error
    return replace(
        report,
        protocol=model.profile.protocol,
        clips_digest=digest_of_set((clip.id for clip in clips), digests),
        contents=tuple(content[:MARK] for content in digests[: report.clips]),
    )


def as_identified(report: Report, reference: Report) -> Report:
    """The report of a variant, which took the first of the reference's clips."""
    return replace(
        report,
        protocol=reference.protocol,
        clips_digest=reference.clips_digest,
        contents=reference.contents[: report.clips],
    )
