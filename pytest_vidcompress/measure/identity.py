"""What a report is about: which variant, on which clips, and what is published of its model."""

from __future__ import annotations

from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class PublishedAccuracy:
    """What the authors of a model measured of it themselves, and how they looked at clips."""

    protocol: str
    """As in `Identity`."""
    top1: float | None = None
    """Share of their validation set that was right; None where it is not known, or is of other labels."""
    label: str = ""
    """What an accuracy of this report is to be labelled with, because it is of another protocol, such as `measured
    with 1x1 views of 16x4; published 81.5 % is for 5x3 views of 16x4`; empty where it is of the same."""


@dataclass(frozen=True)
class Identity:
    """What was measured, by which test, on which clips, and how these were looked at."""

    name: str
    """The variant's recipe, or the test that made it: its key in the baseline."""
    model: str
    test: str
    """`path/test_file.py::test_name` of the test that measured it, and in brackets its own parameters."""
    nodeid: str = ""
    """Of that test, with all its parameters."""
    number: int = 0
    """Which of its measurements this is, from 1; of the reference beside it, less than 0."""
    clip_ids: tuple[str, ...] = field(default=(), repr=False)
    """The clips that counted, the same ones for variant and reference."""
    sample: int = 0
    """Clips that could have counted: more than did where fewer were enough to decide."""
    skipped: int = 0
    """Clips of the sample that could not be decoded."""
    contents: tuple[str, ...] = field(default=(), repr=False)
    """Per clip of `clip_ids`: the first digits of its file's SHA-256. This and what follows is empty where it is
    not known."""
    clips_digest: str = ""
    """Of ids and contents of all usable clips of the sample, in their order."""
    protocol: str = ""
    """How a clip was looked at, such as `16x4, 1x1 views`."""
    label_names: tuple[str, ...] = field(default=(), repr=False)
    """Of every output of the model."""
    protocol_details: str = ""
    """What `protocol` leaves out: sampling, crop, and how views merge, such as `stride, 224 of 256 px`."""
    published: PublishedAccuracy | None = None
    """None where nothing is known to be published of these weights."""
    recipe: str = ""
    """What makes the variant of the uncompressed model, with `@runtime` where that is not its techniques' own; empty
    of what a test made itself."""

    def first(self, clips: int) -> Identity:
        """The same of so many clips from the start."""
        return replace(self, clip_ids=self.clip_ids[:clips], contents=self.contents[:clips])
