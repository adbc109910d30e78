"""What a person reads when a check failed: which metric, by how much, how sure, and what to type next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..gate.verdict import Verdict, fails
from ..measure.report import Report
from .printable import printable
from .text_table import paragraph
from .width import WIDTH
from .wording import commands, could_have_seen, label, numbers

FIRST = len("AssertionError: ")
"""What pytest writes before the first line; before every line it writes `INDENT` columns."""
INDENT = 8


def message(
    report: Report,
    verdicts: Sequence[Verdict],
    nodeid: str = "",
    options: str = "",
    strict: bool = False,
    width: int = WIDTH,
) -> str:
    """The assertion message of a check that did not pass.

    `nodeid` is the test as pytest prints it and `options` what else must be typed to run it the same way.
    Under `strict`, new and inconclusive metrics count as failed too. Lines fit in `width` columns beside what
    pytest writes before them, but for the commands: they are to be copied.
    """
    width -= INDENT
    bad = sorted((v for v in verdicts if fails(v, strict)), key=lambda verdict: verdict.status.rank)
    heading = f"{report.name} of {report.model}: {len(bad)} of {len(verdicts)} checks did not pass"
    lines = paragraph(heading, width - FIRST)
    for verdict in bad:
        lines += block(verdict, width)
    lines.append("")
    for what, command in commands([nodeid or report.test], options, bad):
        lines.append(f"  {what + ':':<14} {command}")
    if any(verdict.rule == "budget" for verdict in bad):
        lines += paragraph("a budget is the test's own limit: change it in its vc_budget marker", width, "  ")
    return "\n".join(map(printable, lines))


def block(verdict: Verdict, width: int = WIDTH) -> Iterator[str]:
    """The lines about one metric, indented."""
    heading = f"{label(verdict)} {verdict.status}: {', '.join(numbers(verdict))}"
    yield from paragraph(heading, width, "  ", "    ")
    yield from paragraph(verdict.reason, width, "    ", "    ")
    yield from paragraph(verdict.evidence, width, "    ", "    ")
    seen = could_have_seen(verdict)
    if seen:
        yield f"    could have seen: {seen}"
