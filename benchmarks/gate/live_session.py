"""One pytest session of live checks, and what the gate said in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

CHECKS = "benchmarks/gate/live_checks.py"


def session(*options: str, checks: int, slowdown: float = 0.0) -> list[dict[str, Any]]:
    """The latency verdicts of one session.

    Args:
        options: of pytest.
        checks: of each model and variant.
        slowdown: share by which every call of a variant is longer.
    """
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results.jsonl"
        environment = {
            **os.environ,
            "GATE_RESULTS": str(results),
            "GATE_CHECKS": str(checks),
            "GATE_SLOWDOWN": str(slowdown),
        }
        command = [sys.executable, "-m", "pytest", "-q", "-pno:cacheprovider", CHECKS, *options]
        run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if not results.exists():
            raise SystemExit(run.stdout[-3000:] + run.stderr[-2000:])
        return [json.loads(line) for line in results.read_text().splitlines()]


def append(file: Path, about: dict[str, Any], lines: list[dict[str, Any]], started: float) -> None:
    """Adds the verdicts of a session to a file of raw results, and prints how many there were of each.

    Args:
        about: what all of the session share.
        started: when it did, as `time.monotonic` says it.
    """
    with file.open("a") as results:
        for line in lines:
            results.write(json.dumps(about | line) + "\n")
    counts = dict(sorted(Counter(line["status"] for line in lines).items()))
    print(f"{about}: {counts} in {time.monotonic() - started:.0f} s", flush=True)
