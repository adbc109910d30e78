"""From file to answer by its parts, and multiply-accumulates by stage, for terminal, pages and files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..gate.verdict import Result
from ..measure.from_file.from_file import ANSWER, DECODE, MODEL, Round, clips_per_s, seconds_of
from ..measure.report import Report
from .text_table import columns_within, paragraph, shorten
from .width import WIDTH

Table = tuple[Sequence[str], list[list[str]]]
"""A header and rows; without rows there is nothing to show."""
_REFERENCE = "  its reference"


def answer_lines(results: Sequence[Result], width: int = WIDTH) -> list[str]:
    """The variants of one model, each beside its reference in the same rounds; nothing where nothing was timed so."""
    lines: list[str] = []
    timed = [result for result in results if result.report.from_file]
    model = shorten(results[0].report.model, 30) if results else ""
    for title, (header, rows) in (
        (f"from file to answer, {model}: ms a clip, and clips a second", answer_table(results)),
        (f"work by stage, {model}: millions of MACs a view", macs_table(timed)),
    ):
        if rows:
            lines += [*paragraph(title, width), *columns_within(header, rows, range(1, len(header)), width)]
    for report in (result.report for result in timed):
        if report.from_file and report.from_file.absent:
            said = f"{report.name}: not timed from file to answer: {report.from_file.absent}"
            lines += paragraph(said, width)
    return lines


def answer_table(results: Sequence[Result]) -> Table:
    """Milliseconds a clip, two rows a variant: what is decoded, the model, and the stages that it shows."""
    taken = [(result.report.name, found) for result in results if (found := result.report.from_file)]
    stages = dict.fromkeys(stage for _, found in taken for stage in found.stages)
    header = ("variant", "decode", "model", *stages, "total", "clips/s")
    parts = (DECODE, MODEL, *stages, ANSWER)
    rows: list[list[str]] = []
    for name, found in taken:
        if found.variant:
            rows.append(_row(name, found.variant, parts))
            rows.append(_row(_REFERENCE, found.reference, parts))
    return header, rows


def macs_table(results: Sequence[Result]) -> Table:
    """Millions of multiply-accumulates a view by stage, two rows a variant; of what shows no stages none."""
    reports = [result.report for result in results if result.report.cost.stage_macs]
    stages = dict.fromkeys(stage for report in reports for stage in report.cost.stage_macs)
    rows: list[list[str]] = []
    for report in reports:
        rows.append(_macs_row(report.name, report, stages))
        if report.reference is not None:
            rows.append(_macs_row(_REFERENCE, report.reference, stages))
    return ("variant", *stages, "elsewhere", "total"), rows


def answer_json(report: Report) -> dict[str, Any]:
    """Under `stages` seconds and multiply-accumulates of each; under `from_file` the rounds."""
    flat: dict[str, Any] = {}
    if report.stages:
        flat["stages"] = {
            name: {"seconds": None if stage.seconds is None else float(stage.seconds), "macs": stage.macs}
            for name, stage in report.stages.items()
        }
    found = report.from_file
    if found is None:
        return flat
    if not found.variant:
        return flat | {"from_file": {"absent": found.absent}}
    own = dict(_arm_json(found.variant, found.stages))
    own["reference"] = dict(_arm_json(found.reference, found.stages))
    rounds = {"rounds": len(found.variant), "clips": found.clips, "log_ratios": [*found.pairs().log_ratios]}
    return flat | {"from_file": own | rounds}


def _row(name: str, rounds: Sequence[Round], parts: Sequence[str]) -> list[str]:
    seconds = [seconds_of(rounds, part) for part in parts]
    speed = clips_per_s(rounds)
    cells = ["-" if each is None else f"{1e3 * each:.3g}" for each in seconds]
    return [name, *cells, "-" if speed is None else f"{speed:.3g}"]


def _macs_row(name: str, report: Report, stages: Mapping[str, None]) -> list[str]:
    own, total = report.cost.stage_macs, report.macs
    known = [own.get(stage) for stage in stages]
    rest = None if total is None else total - sum(own.values())
    return [name, *("-" if each is None else f"{each / 1e6:,.3f}" for each in (*known, rest, total))]


def _arm_json(rounds: Sequence[Round], stages: Sequence[str]) -> Iterator[tuple[str, Any]]:
    for part in (ANSWER, DECODE, MODEL, *stages):
        seconds = seconds_of(rounds, part)
        yield f"{part}_s", None if seconds is None else float(seconds)
    yield "clips_per_s", clips_per_s(rounds)
