"""What a report is of: the model, the contents of its clips, and how they were looked at."""

from __future__ import annotations

from ..clips.crops.digest import MARK, digest, digest_of_set
from ..clips.loader import Clips
from ..errors import VidcompressError
from ..models.model import Model
from .identity import Identity, PublishedAccuracy


def identity(model: Model, clips: Clips) -> Identity:
    """Of the uncompressed model on all usable clips.

    Raises:
        VidcompressError: a clip that was measured cannot be read any more.
    """
    try:
        digests = [digest(clip.source) for clip in clips]
    except OSError as error:
        raise VidcompressError(f"{error.filename} changed while tests ran: {error.strerror}") from error
    ids = tuple(clip.id for clip in clips)
    return Identity(
        name="reference",
        model=model.name,
        test="",
        clip_ids=ids,
        sample=len(ids),
        skipped=len(clips.skipped),
        contents=tuple(content[:MARK] for content in digests),
        clips_digest=digest_of_set(ids, digests),
        protocol=model.profile.protocol,
        label_names=model.labels,
        protocol_details=model.profile.protocol_details,
        published=_published(model),
    )


def _published(model: Model) -> PublishedAccuracy | None:
    published = model.published
    if published is None:
        return None
    return PublishedAccuracy(published.profile.protocol, published.top1, published.label(model.profile))
