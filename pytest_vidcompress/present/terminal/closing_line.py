"""The last line of a session: what was measured, on how much, and what that could show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ...gate.verdict import Result, Status
from ..wording import TIMES, clips, count, drop, rise


def closing_line(results: Sequence[Result], skipped: int = 0, absent: int = 0) -> str:
    """One line. `skipped` clips could not be decoded, `absent` ones are on the list but not in the folder."""
    if not results:
        return "vidcompress: measured nothing"
    models = len({result.report.model for result in results})
    variants = len({(result.report.model, result.report.name) for result in results})
    on = clips([result.report for result in results])
    line = f"vidcompress: {count(variants, 'variant')} of {count(models, 'model')} on {on}"
    aside = [f"{n} {what}" for n, what in ((skipped, "skipped"), (absent, "absent")) if n]
    line += f" ({', '.join(aside)})" if aside else ""

    seen = [drop(share) for share in _least_sensitive(results, times=False)]
    seen += [f"{rise(relative)} in time" for relative in _least_sensitive(results, times=True)]
    line += f"; could see {' and '.join(seen)}" if seen else ""

    counts = Counter(result.status for result in results if result.verdicts)
    said = [f"{counts[status]} {status}" for status in Status if counts[status]]
    unchecked = sum(not result.verdicts for result in results)
    said += [f"{unchecked} unchecked"] if unchecked else []
    return f"{line}; {', '.join(said)}"


def _least_sensitive(results: Sequence[Result], times: bool) -> list[float]:
    """What even the least sensitive check could have seen, of times or of accuracy; empty when none says."""
    verdicts = (v for result in results for v in result.verdicts if (v.metric in TIMES) == times)
    return sorted(v.visible for v in verdicts if v.visible is not None)[-1:]
