"""What a person reads when a check failed: which metric, by how much, how sure, and what to type next."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Iterator, Sequence

from ..gate.verdict import Status, Verdict
from ..measure.report import Report
from .columns import WIDTH, quantity


def message(
    report: Report, verdicts: Sequence[Verdict], nodeid: str = "", options: str = "", strict: bool = False
) -> str:
    """The assertion message of a check that did not pass.

    `nodeid` is the test as pytest prints it and `options` what else must be typed to run it the same way.
    Under `strict`, new and inconclusive metrics count as failed too.
    """
    bad = [v for v in verdicts if v.status is Status.FAILED or (strict and v.status is not Status.PASSED)]
    bad.sort(key=lambda verdict: verdict.status.rank)
    count = f"{len(bad)} of {len(verdicts)} checks did not pass"
    lines = [f"{report.name} of {report.model}: {count}"]
    for verdict in bad:
        lines += _block(verdict)
    command = " ".join(
        part for part in ("pytest", shlex.quote(nodeid or report.test), options.strip()) if part
    )
    lines += ["", f"  see it again:  {command}"]
    lines += [f"  {what}  {command} --vc-baseline={verb}" for what, verb in _ways_out(bad)]
    if any(verdict.rule == "budget" for verdict in bad):
        lines.append("  a budget is the test's own limit: change it in its vc_budget marker")
    return "\n".join(lines)


def _block(verdict: Verdict) -> Iterator[str]:
    named = f"{verdict.metric} (budget)" if verdict.rule == "budget" else verdict.metric
    numbers = [f"measured {quantity(verdict.metric, verdict.measured)}"]
    if verdict.stored is not None:
        numbers.append(f"stored {quantity(verdict.metric, verdict.stored)}")
    if verdict.limit is not None:
        numbers.append(f"limit {quantity(verdict.metric, verdict.limit)}")
    yield f"  {named} {verdict.status}: {', '.join(numbers)}"
    yield from textwrap.wrap(verdict.reason, WIDTH, initial_indent="    ", subsequent_indent="    ")
    if verdict.evidence:
        yield f"    {verdict.evidence}"


def _ways_out(bad: Sequence[Verdict]) -> Iterator[tuple[str, str]]:
    """What to type to make the baseline agree; a test that measured no clip has nothing to store."""
    held = [v for v in bad if v.rule == "baseline" and v.metric != "clips"]
    if any(v.status is Status.FAILED or v.stored is not None for v in held if v.measured is not None):
        yield "accept it:   ", "accept"
    elif any(v.status is Status.NEW for v in held):
        yield "store it:    ", "create"
