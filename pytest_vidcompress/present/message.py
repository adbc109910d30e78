"""What a person reads when a check failed: which metric, by how much, how sure, and what to type next."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from ..gate.verdict import Verdict, fails
from ..measure.report import Report
from .printable import printable
from .terminal.text_table import WIDTH
from .wording import commands, could_have_seen, label, numbers


def message(
    report: Report, verdicts: Sequence[Verdict], nodeid: str = "", options: str = "", strict: bool = False
) -> str:
    """The assertion message of a check that did not pass.

    `nodeid` is the test as pytest prints it and `options` what else must be typed to run it the same way.
    Under `strict`, new and inconclusive metrics count as failed too.
    """
    bad = sorted((v for v in verdicts if fails(v, strict)), key=lambda verdict: verdict.status.rank)
    lines = [f"{report.name} of {report.model}: {len(bad)} of {len(verdicts)} checks did not pass"]
    for verdict in bad:
        lines += block(verdict)
    lines.append("")
    for what, command in commands([nodeid or report.test], options, bad):
        lines.append(f"  {what + ':':<14} {command}")
    if any(verdict.rule == "budget" for verdict in bad):
        lines.append("  a budget is the test's own limit: change it in its vc_budget marker")
    return "\n".join(map(printable, lines))


def block(verdict: Verdict) -> Iterator[str]:
    """The lines about one metric, indented."""
    yield from _wrapped(f"{label(verdict)} {verdict.status}: {', '.join(numbers(verdict))}", "  ")
    yield from _wrapped(verdict.reason)
    yield from _wrapped(verdict.evidence)
    seen = could_have_seen(verdict)
    if seen:
        yield f"    could have seen: {seen}"


def _wrapped(text: str, indent: str = "    ") -> list[str]:
    # Options and names are typed as they are printed, so they stay whole.
    return textwrap.wrap(
        printable(text),
        WIDTH,
        initial_indent=indent,
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
