"""The last line of a session: what was measured, on how much, and what that could show."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from ..gate.budget import Margins
from ..gate.statistics import smallest_visible_drop
from ..gate.verdict import Result, Status


def closing_line(
    results: Sequence[Result], skipped: int = 0, absent: int = 0, margins: Margins | None = None
) -> str:
    """One line. `skipped` clips could not be decoded, `absent` ones are on the list but not in the folder."""
    if not results:
        return "vidcompress: measured nothing"
    margins = margins or Margins()
    models = len({result.report.model for result in results})
    variants = len({(result.report.model, result.report.name) for result in results})
    line = f"vidcompress: {_count(variants, 'variant')} of {_count(models, 'model')} on {_clips(results)}"
    aside = [f"{n} {what}" for n, what in ((skipped, "skipped"), (absent, "absent")) if n]
    line += f" ({', '.join(aside)})" if aside else ""

    fewest = min(result.report.clips for result in results)
    visible = max(smallest_visible_drop(fewest, margins.top1_alpha), margins.top1)
    if math.isfinite(visible):
        line += f", which show a drop of {100 * visible:.1f} points or more"
    else:
        line += ", too few to show any drop"

    counts = Counter(result.status for result in results if result.verdicts)
    said = [f"{counts[status]} {status}" for status in Status if counts[status]]
    unchecked = sum(not result.verdicts for result in results)
    said += [f"{unchecked} unchecked"] if unchecked else []
    return f"{line}; {', '.join(said)}"


def _clips(results: Sequence[Result]) -> str:
    counts = {result.report.clips for result in results}
    fewest, most = min(counts), max(counts)
    return _count(most, "clip") if fewest == most else f"{fewest} to {most} clips"


def _count(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"
