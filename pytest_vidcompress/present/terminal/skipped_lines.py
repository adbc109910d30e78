"""Clips that could not be used: some by name on the terminal, all of them in a file to act on."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from ...clips.faults import Skipped, by_kind
from ..text_table import paragraph
from ..width import WIDTH

COLUMNS = ("id", "label", "kind", "reason", "path")
_NAMED = 5


def skipped_file(report: Path) -> Path:
    """Where the list goes: `page.skipped.csv` beside `page.html`."""
    return report.with_name(f"{report.stem}.skipped.csv")


def skipped_lines(skipped: Sequence[Skipped], report: Path | None = None, width: int = WIDTH) -> list[str]:
    """Counts by kind, the first ones by name, and where the others are; none where all could be used.

    Args:
        report: what `--vc-report` names, if anything.
    """
    if not skipped:
        return []
    heading = f"clips that could not be used, in neither variant nor reference: {by_kind(skipped)}"
    lines = paragraph(heading, width)
    for each in skipped[:_NAMED]:
        lines += paragraph(f"{each.clip.id}: {each.reason}", width, "  ", "    ")
    if len(skipped) > _NAMED:
        lines.append(f"  and {len(skipped) - _NAMED} more")
    where = str(skipped_file(report)) if report else "--vc-report=FILE lists them in a CSV file beside it"
    return [*lines, *paragraph(f"all of them: {where}", width, "  ", "    ")]


def skipped_csv(skipped: Sequence[Skipped]) -> str:
    """A line a clip, below a header."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for each in skipped:
        writer.writerow([each.clip.id, ";".join(each.clip.labels), each.kind, each.reason, each.clip.path])
    return text.getvalue()
