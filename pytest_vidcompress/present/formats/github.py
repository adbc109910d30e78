"""GitHub Actions: annotations on the lines of the tests, and the summary page of the step.

Commands and their escapes are those of `packages/core/src/command.ts` in github.com/actions/toolkit. GitHub
shows ten errors and ten warnings of a step, so the worst come first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import dedent

from ...gate.verdict import Result, Status, Verdict, fails
from ..markdown.step import Step
from ..markdown.step_summary import STEP_BYTES, step_summary
from ..message import block
from ..printable import printable
from ..terminal.table import Line
from ..wording import commands, label

TITLE = "pytest-vidcompress"


def on_github(environ: Mapping[str, str]) -> bool:
    """Is this a job of GitHub Actions, or of what speaks its language?"""
    return environ.get("GITHUB_ACTIONS") == "true"


def github(environ: Mapping[str, str], results: Sequence[Result], step: Step) -> list[Line]:
    """Appends to the step's summary, and returns the lines to print: none when not on GitHub."""
    if not on_github(environ):
        return []
    unexpected = step.unexpected(results)
    lines = [Line(text) for text in annotate(unexpected, step, environ.get("GITHUB_WORKSPACE", ""))]
    if not (results or step.grids):
        lines.append(Line(command("error", step.closing, title=TITLE)))
    file = environ.get("GITHUB_STEP_SUMMARY")
    if file:
        try:
            with Path(file).open("a", encoding="utf-8") as page:
                # What commands before this one wrote counts too.
                page.write(step_summary(results, unexpected, step, STEP_BYTES - page.tell()))
        except OSError as error:
            why = f"the step summary cannot be written: {error.strerror} ({file})"
            lines.append(Line(command("warning", why, title=TITLE)))
    return lines


def annotate(results: Sequence[Result], step: Step, workspace: str = "") -> Iterator[str]:
    """An error for every verdict that failed its test, then a warning for every inconclusive one."""
    pairs = [(result, verdict) for result in results for verdict in result.verdicts]
    pairs.sort(key=lambda pair: pair[1].status.rank)
    for result, verdict in pairs:
        if fails(verdict, step.strict):
            yield _annotation("error", result, verdict, step, workspace)
    for result, verdict in pairs:
        if verdict.status is Status.INCONCLUSIVE and not step.strict:
            yield _annotation("warning", result, verdict, step, workspace)


def _annotation(level: str, result: Result, verdict: Verdict, step: Step, workspace: str) -> str:
    report = result.report
    typed = commands([result.nodeid or report.test], step.options, [verdict])
    lines = [*block(verdict), *(f"  {what}: {how}" for what, how in typed)]
    message = dedent("\n".join(map(printable, lines)))
    where: dict[str, str | int] = {}
    place = step.places.get(report.identity.nodeid)
    if place is not None:
        where["file"] = _within(place.file, workspace)
        where |= {"line": place.line} if place.line else {}
    title = printable(f"{report.name} of {report.model}: {label(verdict)} {verdict.status}")
    return command(level, message, **where, title=title)


def _within(file: Path, workspace: str) -> str:
    """The path as GitHub looks it up: from the root of the checkout, when it lies there."""
    if workspace and file.is_relative_to(workspace):
        file = file.relative_to(workspace)
    return file.as_posix()


def command(name: str, message: str, **properties: str | int) -> str:
    """A workflow command, on one line whatever it says."""
    given = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    return f"::{name} {given}::{_data(message)}" if given else f"::{name}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
