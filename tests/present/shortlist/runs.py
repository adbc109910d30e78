"""Small run files, made without measuring."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pytest_vidcompress.gate.verdict import Result
from pytest_vidcompress.measure.interval import Estimate
from pytest_vidcompress.measure.machine import Machine
from pytest_vidcompress.measure.report import Execution
from pytest_vidcompress.present.formats.run_facts import RunFacts
from tests.gate.reports import report
from tests.present.formats.run_files import content_of


def facts(
    cpu: str = "AMD EPYC", weights: str = "trained", clips: str = "pocket", calibration: int = 32
) -> RunFacts:
    def machine(executed: Execution) -> Machine:
        return Machine(cpu, "avx512", 2, f"{executed.runtime}2.13")

    return RunFacts(weights, clips, calibration, machine)


def result(name: str, ms: float | None, mb: float = 1.0, lost: int = 0, **changes: Any) -> Result:
    """Of 100 clips, of which the reference has 90 right.

    Args:
        ms: median of a call, whose interval reaches 5 % to both sides.
        mb: megabytes.
        lost: clips that the variant has wrong beside these.
    """
    right = 90 - lost
    made = report(
        (True,) * right + (False,) * (100 - right),
        name=name,
        size_bytes=round(mb * 1e6),
        latency=None if ms is None else Estimate(ms / 1e3, 0.95 * ms / 1e3, 1.05 * ms / 1e3),
        **{"recipe": name, **changes},
    )
    return Result(made)


def written(path: Path, *results: Result, **of_the_run: Any) -> Path:
    """The file of a run."""
    path.write_text(content_of(*results, facts=facts(**of_the_run)))
    return path
