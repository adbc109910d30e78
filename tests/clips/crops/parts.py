"""All parts of a video, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pytest_vidcompress.clips.crops.windows import Part, PartJob


def parts_of(source: Path, first: PartJob) -> Iterator[Part]:
    part = first(source)
    yield part
    for job in first.after(part):
        yield job(source)
