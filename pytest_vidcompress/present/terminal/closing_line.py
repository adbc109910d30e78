"""The last line of a session: what was measured, on how much, and what that could show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from ...gate.grid_choice import GridChoice
from ...gate.verdict import Result, Verdict
from ..outcome import Outcome
from ..wording import clips, count, drop, relative, rise, standing, timed


def closing_line(outcome: Outcome) -> str:
    """One line, however long."""
    results = outcome.results
    if outcome.grids and not results:
        return _of_grids(outcome.grids)
    if not results:
        return "vidcompress: measured nothing"
    models = len({result.report.model for result in results})
    variants = len({(result.report.model, result.report.name) for result in results})
    on = clips([result.report for result in results])
    line = f"vidcompress: {count(variants, 'variant')} of {count(models, 'model')} on {on}"
    apart = ((len(outcome.skipped), "skipped"), (outcome.absent, "absent"))
    aside = [f"{n} {what}" for n, what in apart if n]
    line += f" ({', '.join(aside)})" if aside else ""

    seen = [drop(share) for share in _least_sensitive(results, lambda verdict: not relative(verdict))]
    seen += [f"{rise(more)} in time" for more in _least_sensitive(results, timed)]
    seen += [f"{rise(more)} in MACs" for more in _least_sensitive(results, _of_work)]
    line += f"; could see {' and '.join(seen)}" if seen else ""

    ordered = sorted(results, key=lambda result: (not result.verdicts, result.status.rank, standing(result)))
    counts = Counter(standing(result) for result in ordered)
    return f"{line}; {', '.join(f'{n} {what}' for what, n in counts.items())}"


def _of_grids(grids: Sequence[GridChoice]) -> str:
    timed, cells = sum(len(each.rows) for each in grids), sum(len(each.grid.rows) for each in grids)
    models = count(len({grid.grid.model for grid in grids}), "model")
    return f"vidcompress: {timed} of {count(cells, 'cell')} of {models}; a grid is held to no baseline"


def _of_work(verdict: Verdict) -> bool:
    return relative(verdict) and not timed(verdict)


def _least_sensitive(results: Sequence[Result], of: Callable[[Verdict], bool]) -> list[float]:
    """What even the least sensitive check could have seen, of those that are meant; empty when none says.

    Where a check was sure before its time was out, that is what it rules out.
    """
    verdicts = (v for result in results for v in result.verdicts if of(v))
    seen = [v.visible if v.ruled_out is None else v.ruled_out for v in verdicts]
    return sorted(each for each in seen if each is not None)[-1:]
