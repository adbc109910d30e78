"""Live checks of a model whose calls take seconds: of an unchanged variant, and of one that is slower by a tenth.

    python -m benchmarks.gate.live_full_size --clips KINETICS        an hour or two; nothing else should run

The geometry is that of the published model; its weights are random, as time depends on none. Sessions of two checks,
unchanged and slower in turns. Appends to benchmarks/gate/live_full_size.jsonl; what it holds already counts.
"""

import argparse
import json
import tempfile
import time
from collections import Counter
from pathlib import Path

from benchmarks.gate.live_session import append, session

RESULTS = Path(__file__).parent / "live_full_size.jsonl"
RUNS = 5
"""Recorded first."""
SLOWDOWNS = (0.0, 0.10)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--clips", required=True, help="a Kinetics folder: two of its clips are used")
    parser.add_argument("--model", default="videomae")
    parser.add_argument("--variant", default="int8-dynamic")
    parser.add_argument("--checks", type=int, default=20, help="of each slowdown")
    parser.add_argument("--baselines", type=Path, help="stored by an earlier call, to go on with")
    parser.add_argument("--results", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    baselines = arguments.baselines or Path(tempfile.mkdtemp(prefix="gate-baselines-"))
    print("baselines:", baselines, flush=True)
    options = (
        f"--vc-baselines={baselines}",
        f"--vc-clips={arguments.clips}",
        f"--vc-model={arguments.model}",
        f"--vc-variant={arguments.variant}",
        "--vc-weights=random",
        "--vc-sample=2",
    )
    recorded = 0 if any(baselines.rglob("*.json")) else RUNS
    for _ in range(recorded):
        session("--vc-baseline=create", *options, checks=1)
    results = arguments.results
    done = [json.loads(line) for line in results.read_text().splitlines()] if results.exists() else []
    counts = Counter(line["slowdown"] for line in done)
    while min(counts[slowdown] for slowdown in SLOWDOWNS) < arguments.checks:
        slowdown = min(SLOWDOWNS, key=lambda each: counts[each])
        started = time.monotonic()
        lines = session(*options, checks=2, slowdown=slowdown)
        counts[slowdown] += len(lines)
        append(results, {"slowdown": slowdown}, lines, started)


if __name__ == "__main__":
    main()
