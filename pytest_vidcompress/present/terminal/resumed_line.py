"""What a run says of the predictions that it did not have to compute."""

from __future__ import annotations

from collections.abc import Iterable

from ...measure.resume.reuse import Reuse
from ..text_table import paragraph
from ..width import WIDTH


def resumed(reuse: Iterable[Reuse], width: int = WIDTH) -> list[str]:
    """`resumed: 412 of 1,000 predictions of ...`, as many lines as it takes; of what was there at all."""
    # A reference first: the others are held beside it.
    reused = sorted((each for each in reuse if each.hits), key=lambda each: (each.model, not each.lasting))
    parts = [f"{each.hits:,} of {each.lookups:,} of {each.model} {each.what}" for each in reused]
    text = f"resumed: predictions of an earlier run: {', '.join(parts)} (--no-vc-resume computes all)"
    return paragraph(text, width)
