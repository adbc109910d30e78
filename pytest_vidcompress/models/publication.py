"""The accuracy that was published of a checkpoint, and how its authors looked at clips."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from ..clips.profile import Profile
from .catalog import CATALOG, family_of
from .checkpoint.checkpoint_files import json_file


@dataclass(frozen=True)
class Publication:
    """An accuracy holds only for the protocol that it was measured under."""

    profile: Profile
    """The protocol: its `views` are the published ones."""
    top1: float | None = None
    """Share of the validation set that was right; None where nobody says."""
    of: str = ""
    """The name of the published checkpoint, where this one only has its geometry and labels."""

    def label(self, measured: Profile) -> str:
        """How an accuracy measured under another protocol is labelled; empty under the same.

        Such as `measured with 1x1 views of 16x4; published 81.5 % is for 5x3 views of 16x4`.
        """
        ours, theirs = measured, self.profile
        same_views = ours.protocol == theirs.protocol
        if same_views and ours.protocol_details == theirs.protocol_details:
            return ""
        shows_details = same_views or _pixels(ours) != _pixels(theirs)
        return f"measured with {_words(ours, shows_details)}; {self._accuracy} is for {_words(theirs, shows_details)}"

    @property
    def _accuracy(self) -> str:
        if self.top1 is None:
            return "published accuracy"
        share = f"{100 * self.top1:.1f} %"
        return f"the {share} published of {self.of}" if self.of else f"published {share}"


def publication_of(source: str | Path, module: object, profile: Profile, labels: int) -> Publication | None:
    """What is known to be published of a checkpoint: by itself, by its Hub id, or by geometry and number of labels.

    Args:
        source: a Hub id or a folder.
        module: what it was loaded as.
        profile: likewise.
        labels: how many it tells apart.

    Returns:
        None where its family has published nothing like it.
    """
    if "published" in json_file(source, "profile.json"):
        return own_publication(profile)
    name = next(_names(source, getattr(module, "config", None), labels), "")
    if not name:
        return None
    row = CATALOG[name]
    resize = row.profile.resize if row.published_resize is None else row.published_resize
    looked = replace(row.profile, views=row.profile.published, resize=resize)
    if row.published_size is not None:
        looked = replace(looked, size=row.published_size)
    is_the_very_one = row.checkpoint == str(source)
    top1 = row.top1 if row.labels.classes == labels else None
    return Publication(looked, top1, "" if is_the_very_one else name)


def own_publication(profile: Profile) -> Publication:
    """What a profile says itself was published: an accuracy of these views, and not how high."""
    return Publication(replace(profile, views=profile.published))


def _names(source: str | Path, config: Any, labels: int) -> Iterator[str]:
    """Names of what a checkpoint is, or is like."""
    yield from (name for name, row in CATALOG.items() if row.checkpoint == str(source))
    family = family_of(getattr(config, "model_type", ""))
    for name, row in (family.pretrained if family else {}).items():
        if row.labels.classes == labels and _has(config, row.geometry):
            yield name


def _has(config: Any, geometry: Mapping[str, Any]) -> bool:
    """Does a configuration say all of this?"""
    for key, value in geometry.items():
        said: Any = getattr(config, key, None)
        if isinstance(value, Mapping):
            if not _has(said, cast("Mapping[str, Any]", value)):
                return False
        elif said != value:
            return False
    return True


def _pixels(profile: Profile) -> tuple[object, ...]:
    return profile.sampling, profile.size, profile.crop_spec.short_side


def _words(profile: Profile, details: bool) -> str:
    return f"{profile.protocol_words} ({profile.protocol_details})" if details else profile.protocol_words
