"""Is an artefact of the model that it is put beside? Then it answers with its labels, and takes its pixels."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..clips.labels import normal_form
from ..clips.profile import Profile
from ..errors import VidcompressError
from ..models.model import Model


def refuse_other_model(
    directory: Path, made_of: str, labels: Sequence[str], profile: Profile, model: Model
) -> None:
    """Raises where what `model` is shown and asked is not what an artefact was made for.

    Args:
        directory: of the artefact, for the message.
        made_of: the name of its uncompressed model, likewise.
        labels: that it answers with.
        profile: of what it takes.

    Raises:
        VidcompressError: the labels differ, or what decides the pixels of a view.
    """
    beside = f"measure it beside the model that it was made of, {made_of!r}"
    if [*map(normal_form, labels)] != [*map(normal_form, model.labels)]:
        raise VidcompressError(
            f"artefact {str(directory)!r} does not answer with the labels of model {model.name!r}: {beside}"
        )
    for name, own in profile.pixels.items():
        other = model.profile.pixels[name]
        if own != other:
            raise VidcompressError(
                f"artefact {str(directory)!r} takes clips of {name} {own}, and model {model.name!r} of"
                f" {other}: {beside}"
            )
