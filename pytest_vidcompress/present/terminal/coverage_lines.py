"""What of a variant is int8 and what is not: two lines for the terminal, rows for pages and files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ...gate.verdict import Result
from ...measure.report import Report
from ..text_table import GAP, columns_within, list_within, paragraph, shorten
from ..width import WIDTH

if TYPE_CHECKING:
    from ...measure.cost.coverage import Coverage

NAME = 28
"""Columns of a variant's name."""
LEAST = 0.005
"""Share of what is left float from which on the terminal names it."""


def coverage_lines(results: Sequence[Result], width: int = WIDTH) -> list[str]:
    """What of each variant of one model is narrow, and what was left float; nothing where all is float."""
    by_name = {
        result.report.name: result.report.cost.coverage for result in results if is_narrow(result.report)
    }
    shown = [(name, coverage) for name, coverage in by_name.items() if coverage is not None]
    if not shown:
        return []
    model = shorten(results[0].report.model, 30)
    in_bf16 = any(each.macs_bf16 for _, each in shown)
    computed = "int8 or bf16" if in_bf16 else "int8"
    title = f"{model}: weights kept as int8 or half, MACs computed in {computed}, and what was left float"
    header = ("variant", "int8", "int8 MACs", "half", *(("bf16 MACs",) if in_bf16 else ()), "left float")
    longest = max(len(header[0]), *(len(name) for name, _ in shown))
    shares = [_shares(each)[: len(header) - 2] for _, each in shown]
    taken = sum(GAP + max(map(len, cells)) for cells in zip(header[1:-1], *shares, strict=True)) + GAP
    room = width - min(NAME, longest) - taken
    left = [list_within(list(_kinds_left(each)), room) for _, each in shown]
    rows = [[name, *parts, kinds] for (name, _), parts, kinds in zip(shown, shares, left, strict=True)]
    return [*paragraph(title, width), *columns_within(header, rows, tuple(range(1, len(header) - 1)), width)]


def _shares(coverage: Coverage) -> list[str]:
    parts = (coverage.weights_int8, coverage.macs_int8, coverage.weights_half, coverage.macs_bf16)
    return [share(part) if part else "-" for part in parts]


def is_narrow(report: Report) -> bool:
    """Is anything of it int8 or half?"""
    return report.cost.coverage is not None and report.cost.coverage.narrow


def coverage_json(coverage: Coverage | None) -> dict[str, Any]:
    """Shares, and everything that was left float where not everything was."""
    if coverage is None:
        return {}
    flat: dict[str, Any] = {
        "weights_int8": coverage.weights_int8,
        "weights_half": coverage.weights_half,
        "macs_int8": coverage.macs_int8,
        "macs_bf16": coverage.macs_bf16,
    }
    if coverage.narrow:
        flat["left_float"] = [
            {"name": left.name, "kind": left.kind, "weights": left.weights, "macs": left.macs}
            for left in coverage.left
        ]
    return flat


def what_is_narrow(coverage: Coverage) -> str:
    """`int8: 97 % of weights, 71 % of MACs`."""
    parts: list[str] = []
    if coverage.weights_int8 or coverage.macs_int8:
        parts.append(f"int8: {share(coverage.weights_int8)} of weights, {share(coverage.macs_int8)} of MACs")
    if coverage.weights_half:
        parts.append(f"half: {share(coverage.weights_half)} of weights")
    if coverage.macs_bf16:
        parts.append(f"bf16: {share(coverage.macs_bf16)} of MACs")
    return "; ".join(parts)


def share(part: float) -> str:
    """A share in percent; neither all nor nothing is said of what is almost so."""
    percent = 100 * part
    if 0 < percent < 0.5:
        return "<1 %"
    if 99.5 <= percent < 100:
        return ">99 %"
    return f"{percent:.0f} %"


def _kinds_left(coverage: Coverage) -> Iterator[str]:
    """Kinds of modules, the largest share first."""
    weights, macs = Counter[str](), Counter[str]()
    for left in coverage.left:
        weights[left.kind] += left.weights  # pyright: ignore[reportArgumentType]
        macs[left.kind] += left.macs  # pyright: ignore[reportArgumentType]
    for kind in sorted(weights, key=lambda kind: -max(weights[kind], macs[kind])):
        of_weights, of_macs = weights[kind], macs[kind]
        if max(of_weights, of_macs) >= LEAST:
            of = "MACs" if of_macs >= of_weights else "weights"
            yield f"{kind} {share(max(of_weights, of_macs))} of {of}"
