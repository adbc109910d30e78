"""The summary page of a CI step, in GitHub's Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ...gate.metrics import METRICS, RANKED, Metric, quantity
from ...gate.verdict import Result, Status, fails
from ..printable import printable
from ..text_table import signed
from ..wording import commands, label, sentence, standing
from .step import Step

BEFORE = ("verdict", "variant", "model", "top-1", "change, points")
AFTER = ("size", "time ratio")
"""Headings; where clips may have several labels, how these are ranked stands between."""
ICONS = {Status.FAILED: "🔴", Status.INCONCLUSIVE: "🟡", Status.NEW: "🟡", Status.PASSED: "🟢"}


def step_summary(results: Sequence[Result], unexpected: Sequence[Result], step: Step) -> str:
    """Variants with the worst verdict first, why they did not pass, and what to type next.

    Args:
        unexpected: those of `results` whose test was not meant to fail.
    """
    ordered = sorted(results, key=lambda result: result.status.rank)
    passed = [result for result in ordered if result.status is Status.PASSED]
    rest = [result for result in ordered if result.status is not Status.PASSED]
    parts = ["## Compressed video models"]
    if rest:
        parts.append("\n".join(_table(rest)))
        parts += filter(None, ["\n".join(_reasons(rest, step.strict))])
    if passed:
        unchecked = sum(not result.verdicts for result in passed)
        counts = ((len(passed) - unchecked, "passed"), (unchecked, "unchecked"))
        heading = ", ".join(f"{n} {what}" for n, what in counts if n)
        parts += [f"<details><summary>{heading}</summary>", "\n".join(_table(passed)), "</details>"]
    parts += [_code("\n".join(map(printable, grid.splitlines())), "text") for grid in step.grids]
    if any(result.report.accuracy.kind == "agreement" for result in results):
        parts.append(escaped("* weights are random: accuracy is agreement with the reference"))
    parts += _protocol_labels(results)
    if step.closing:
        parts.append(f"**{shown(step.closing)}**")
    red = [r for r in unexpected if any(fails(verdict, step.strict) for verdict in r.verdicts)]
    if red:
        bad = [verdict for result in red for verdict in result.verdicts if fails(verdict, step.strict)]
        nodeids = list(dict.fromkeys(result.nodeid or result.report.test for result in red))
        for what, command in commands(nodeids, step.options, bad):
            parts += [f"{what.capitalize()}:", _code(printable(command))]
    return "\n\n".join(parts) + "\n\n"


def escaped(text: str) -> str:
    """Text that Markdown and its tables show as it is, on one line."""
    # An underscore within a word is one to Markdown too.
    special = r"[&<>\\`*\[\]{}|~#$]|(?<![^\W_])_|_(?![^\W_])"
    return re.sub(special, lambda match: f"&#{ord(match[0])};", " ".join(text.split()))


def shown(text: str) -> str:
    """As `escaped`, for text that is not ours."""
    return escaped(printable(text))


def _protocol_labels(results: Sequence[Result]) -> list[str]:
    """A line for each model whose accuracy was measured under another protocol than the published one."""
    published = {result.report.model: result.report.identity.published for result in results}
    return [
        shown(f"{model}: accuracy {each.label}") for model, each in published.items() if each and each.label
    ]


def _table(results: Sequence[Result]) -> Iterator[str]:
    ranked = [METRICS[name] for name in RANKED if any(METRICS[name].of(each.report) for each in results)]
    header = [*BEFORE, *(metric.heading for metric in ranked), *AFTER]
    yield _cells(header)
    yield _cells(["---"] * 3 + ["--:"] * (len(header) - 3))
    for result in results:
        yield _cells([shown(cell) for cell in _row(result, ranked)])


def _row(result: Result, ranked: Sequence[Metric]) -> list[str]:
    report = result.report
    word = f"{ICONS[result.status]} {standing(result)}" if result.verdicts else standing(result)
    star = " *" if report.accuracy.kind == "agreement" else ""
    ratio, size = report.latency_ratio, report.size_ratio
    return [
        word,
        report.name,
        report.model,
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
                name = shown(f"{result.report.name}: {label(verdict)}")
                yield f"- **{name}** {shown(f'{verdict.reason}; {sentence(verdict)}')}"


def _cells(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _code(text: str, language: str = "sh") -> str:
    """A block that no backtick in it ends."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"
