"""What a run says of the predictions that it did not have to compute."""

from __future__ import annotations

from collections.abc import Iterable

from ...measure.resume.kept import Kept
from ..text_table import paragraph
from ..width import WIDTH


def resumed(kept: Iterable[Kept], width: int = WIDTH) -> list[str]:
    """`resumed: 412 of 1,000 predictions of ...`, as many lines as it takes; of what was there at all."""
    # A reference first: the others are held beside it.
    reused = sorted((each for each in kept if each.found), key=lambda each: (each.model, not each.lasting))
    parts = [f"{each.found:,} of {each.asked:,} of {each.model} {each.what}" for each in reused]
    text = f"resumed: predictions of an earlier run: {', '.join(parts)} (--no-vc-resume computes all)"
    return paragraph(text, width)
