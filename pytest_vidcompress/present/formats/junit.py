"""Verdicts as properties of a test, which `--junit-xml` writes and other reporters can read."""

from __future__ import annotations

from collections.abc import Sequence

from ...gate.verdict import Verdict, worst
from ...measure.report import Report
from ..printable import printable
from ..wording import sentence


def properties(report: Report, verdicts: Sequence[Verdict]) -> dict[str, str]:
    """By name: `vidcompress.<variant>` is the worst status, `vidcompress.<variant>.<metric>` a verdict.

    The name of a limit that the test wrote ends in `.budget`. Without verdicts there are no properties. Both are
    printable, because pytest writes names of properties as they are, and XML has no word for every character.
    """
    if not verdicts:
        return {}
    own = f"vidcompress.{printable(report.name)}"
    named = {own: str(worst(verdict.status for verdict in verdicts))}
    for verdict in verdicts:
        budget = ".budget" if verdict.rule == "budget" else ""
        named[f"{own}.{verdict.metric}{budget}"] = printable(sentence(verdict))
    return named


def note(user_properties: list[tuple[str, object]], report: Report, verdicts: Sequence[Verdict]) -> None:
    """Adds the properties to a test's `user_properties`, in place of what an earlier check of it said."""
    named = properties(report, verdicts)
    user_properties[:] = [(name, value) for name, value in user_properties if name not in named]
    user_properties += named.items()
