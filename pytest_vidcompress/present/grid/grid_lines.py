"""A grid on the terminal: its cells, the fastest first, which serve best, what was not measured and why."""

from __future__ import annotations

from ...gate.grid_choice import GridChoice
from ..text_table import columns_within, paragraph, shorten
from ..width import WIDTH
from .grid_rows import SAID, columns_of, mark
from .grid_words import failures, machine, sentences, title

HEADINGS = {"threads": "cpus"}
"""Shorter than elsewhere."""
NAME, REASON = 70, 150
"""Most characters of a cell that was not measured, and of why."""
NOTE = (
    "time: of a clip, as a share of the reference's in the same rounds; ms, p90: of a call; agree: % of the clips on"
    " which the answer is the reference's"
)


def grid_lines(choice: GridChoice, width: int = WIDTH) -> list[str]:
    """All of it, no line wider than `width` but for a table that cannot be narrower."""
    lines = paragraph(title(choice), width)
    columns = columns_of(choice)
    # What is the same in every row stands in the title, and what was not measured is nothing to say.
    shown = [c for c in columns if c.heading not in ("threads", "p90") or len(set(c.cells)) > 1]
    if choice.rows:
        lines += columns_within(
            [HEADINGS.get(column.heading, column.heading) for column in shown],
            [*zip(*(column.cells for column in shown), strict=True)],
            right=range(1, len(shown) - 1),
            width=width,
        )
        marks = {mark(choice, row) for row in choice.rows}
        said = [f"{word}: {meaning}" for word, meaning in SAID.items() if word in marks]
        lines += paragraph("; ".join([NOTE, *said]), width)
    for sentence in sentences(choice):
        lines += paragraph(sentence, width)
    missing = [*failures(choice)]
    if missing:
        lines += ["not measured:"]
        for name, reason in missing:
            lines += paragraph(f"{shorten(name, NAME)}: {_few_words(reason)}", width, "  ", "    ")
    return [*lines, *paragraph(machine(choice), width)]


def _few_words(reason: str) -> str:
    """What went wrong, without what else might be done; the page and the file have all of it."""
    return shorten(reason.partition(";")[0], REASON)
