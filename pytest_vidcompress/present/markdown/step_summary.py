"""The summary page of a CI step, in GitHub's Markdown, as long as GitHub takes it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ...gate.metrics import METRICS, RANKED, Metric, quantity
from ...gate.verdict import Result, Status, fails
from ..printable import printable
from ..text_table import shorten, signed
from ..wording import commands, count, label, sentence, standing
from .step import Step

BEFORE = ("verdict", "variant", "model", "top-1", "change, points")
AFTER = ("size", "time ratio")
"""Headings; where clips may have several labels, how these are ranked stands between."""
STEP_BYTES = 1024 * 1024
"""GitHub takes a step's summary of 1 MiB, and none of a longer one (its documentation on workflow commands)."""
COMMENT_BYTES = 65_536
"""A comment has at most so many characters, of a byte or more each."""
FEWER = (200, 100, 50, 20, 10, 3, 1)
"""Rows that are tried where all are too long."""
CUT = "\n\n…\n"
NAME, REASON = 120, 2000
"""Most characters of a name and of why a verdict is what it is: both may hold what a user wrote."""
ICONS = {Status.FAILED: "🔴", Status.INCONCLUSIVE: "🟡", Status.NEW: "🟡", Status.PASSED: "🟢"}


def step_summary(
    results: Sequence[Result], unexpected: Sequence[Result], step: Step, most: int = STEP_BYTES
) -> str:
    """Variants with the worst verdict first, why they did not pass, and what to type next.

    Args:
        unexpected: those of `results` whose test was not meant to fail.
        most: bytes of it; where all would be more, the rows that matter least are counted instead of shown.
    """
    text = ""
    for rows in (len(results), *(rows for rows in FEWER if rows < len(results))):
        text = "\n\n".join(_parts(results, unexpected, step, rows)) + "\n\n"
        if len(text.encode()) <= most:
            return text
    return _cut(text, most)


def _parts(results: Sequence[Result], unexpected: Sequence[Result], step: Step, rows: int) -> Iterator[str]:
    """Paragraphs.

    Args:
        rows: most of a table, most variants with reasons, most tests of a command.
    """
    ordered = sorted(results, key=lambda result: result.status.rank)
    passed = [result for result in ordered if result.status is Status.PASSED]
    rest = [result for result in ordered if result.status is not Status.PASSED]
    yield "## Compressed video models"
    if rest:
        yield from _table(rest, rows)
        yield from filter(None, ["\n".join(_reasons(rest[:rows], step.strict))])
    if passed:
        unchecked = sum(not result.verdicts for result in passed)
        counts = ((len(passed) - unchecked, "passed"), (unchecked, "unchecked"))
        heading = ", ".join(f"{n} {what}" for n, what in counts if n)
        yield from (f"<details><summary>{heading}</summary>", *_table(passed, rows), "</details>")
    yield from (_code("\n".join(map(printable, grid.splitlines())), "text") for grid in step.grids)
    if any(result.report.accuracy.kind == "agreement" for result in results):
        yield escaped("* weights are random: accuracy is agreement with the reference")
    yield from _protocol_labels(results)
    if step.closing:
        yield f"**{shown(step.closing)}**"
    yield from _commands(unexpected, step, rows)


def _commands(unexpected: Sequence[Result], step: Step, most: int) -> Iterator[str]:
    red = [r for r in unexpected if any(fails(verdict, step.strict) for verdict in r.verdicts)]
    if not red:
        return
    bad = [verdict for result in red for verdict in result.verdicts if fails(verdict, step.strict)]
    nodeids = list(dict.fromkeys(result.nodeid or result.report.test for result in red))
    some = f", {most} of {count(len(nodeids), 'test')}" if len(nodeids) > most else ""
    for what, command in commands(nodeids[:most], step.options, bad):
        yield f"{what.capitalize()}{some}:"
        yield _code(printable(command))


def _cut(text: str, most: int) -> str:
    """What is left of a text where no row can be spared any more: whole lines."""
    room = most - len(CUT.encode())
    begin = text.encode()[: max(0, room)].decode(errors="ignore")
    return f"{begin[: begin.rfind(chr(10)) + 1]}{CUT}"


def escaped(text: str) -> str:
    """Text that Markdown and its tables show as it is, on one line; nobody is mentioned by it."""
    # An underscore within a word is one to Markdown too.
    special = r"[&<>\\`*\[\]{}|~#$]|(?<![^\W_])_|_(?![^\W_])"
    safe = re.sub(special, lambda match: f"&#{ord(match[0])};", " ".join(text.split()))
    return re.sub(r"(?<!\w)@(?=\w)", "@<!-- -->", safe)


def shown(text: str) -> str:
    """As `escaped`, for text that is not ours."""
    return escaped(printable(text))


def _protocol_labels(results: Sequence[Result]) -> list[str]:
    """A line for each model whose accuracy was measured under another protocol than the published one."""
    published = {result.report.model: result.report.identity.published for result in results}
    return [
        shown(f"{model}: accuracy {each.label}") for model, each in published.items() if each and each.label
    ]


def _table(results: Sequence[Result], most: int) -> Iterator[str]:
    """The table, and how many rows it has not."""
    yield "\n".join(_lines(results, most))
    if len(results) > most:
        yield f"and {count(len(results) - most, 'variant')} more: on the page of `--vc-report`"


def _lines(results: Sequence[Result], most: int) -> Iterator[str]:
    ranked = [METRICS[name] for name in RANKED if any(METRICS[name].of(each.report) for each in results)]
    header = [*BEFORE, *(metric.heading for metric in ranked), *AFTER]
    yield _cells(header)
    yield _cells(["---"] * 3 + ["--:"] * (len(header) - 3))
    for result in results[:most]:
        yield _cells([shown(cell) for cell in _row(result, ranked)])


def _row(result: Result, ranked: Sequence[Metric]) -> list[str]:
    report = result.report
    word = f"{ICONS[result.status]} {standing(result)}" if result.verdicts else standing(result)
    star = " *" if report.accuracy.kind == "agreement" else ""
    ratio, size = report.latency_ratio, report.size_ratio
    return [
        word,
        shorten(report.name, NAME),
        shorten(report.model, NAME),
        quantity("top1", report.top1) + star,
        signed(-100 * report.top1_drop, 2) if report.reference else "-",
        *(quantity(metric.name, metric.of(report)) for metric in ranked),
        quantity("size_bytes", report.size_bytes) + (f" ({size:.0%})" if size is not None else ""),
        "-" if ratio is None else f"{ratio:.3f} [{ratio.low:.3f}, {ratio.high:.3f}]",
    ]


def _reasons(results: Sequence[Result], strict: bool) -> Iterator[str]:
    """A point for what failed and what is not sure; what is new says nothing but that."""
    for result in results:
        for verdict in sorted(result.verdicts, key=lambda verdict: verdict.status.rank):
            if verdict.status is Status.INCONCLUSIVE or fails(verdict, strict):
                name = shown(f"{shorten(result.report.name, NAME)}: {label(verdict)}")
                why = shorten(f"{verdict.reason}; {sentence(verdict)}", REASON)
                yield f"- **{name}** {shown(why)}"


def _cells(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _code(text: str, language: str = "sh") -> str:
    """A block that no backtick in it ends."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"
