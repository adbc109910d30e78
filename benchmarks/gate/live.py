"""Live checks of the gate: sessions of 56 latency checks of unchanged models, and of slower ones, in three regimes.

    python -m benchmarks.gate.live              about an hour; nothing else should run

Each session is a pytest run of its own, held to baselines that five quiet runs stored first. Appends to
benchmarks/gate/live.jsonl, a line a check; sessions that it holds already are not run again.
"""

import argparse
import json
import tempfile
import time
from itertools import zip_longest
from pathlib import Path

from benchmarks.gate.live_session import append, session
from benchmarks.gate.regimes import regime

RESULTS = Path(__file__).parent / "live.jsonl"
RUNS = 5
UNCHANGED = {"quiet": 5, "busy": 3, "bursts": 4}
"""Sessions of unchanged models in each regime."""
EACH = 7
"""Checks of each of four variants of two models in such a session."""
SLOWER = ((0.10, 0.05), (0.05, 0.01), (0.03, 0.01))
"""Slowdown and practical margin of the sessions that must be red."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--slower", type=int, default=2, help="checks of each slowdown, model and variant")
    parser.add_argument("--baselines", type=Path, help="stored by an earlier call, to go on with")
    parser.add_argument("--sessions", type=int, default=99, help="end after so many; the next call goes on")
    arguments = parser.parse_args()
    baselines = arguments.baselines or Path(tempfile.mkdtemp(prefix="gate-baselines-"))
    print("baselines:", baselines, flush=True)
    options = ("--vc-sample=16", f"--vc-baselines={baselines}")
    if not any(baselines.rglob("*.json")):
        for _ in range(RUNS):
            session("--vc-baseline=create", *options, checks=1)
    done = [json.loads(line) for line in RESULTS.read_text().splitlines()] if RESULTS.exists() else []
    known = {(line["regime"], line["session"], line["slowdown"]) for line in done}
    # Interleaved, so that an early end leaves some of each.
    same = [(name, number, 0.0, 0.05) for number in range(max(UNCHANGED.values())) for name in UNCHANGED]
    same = [each for each in same if each[1] < UNCHANGED[each[0]]]
    slower = [(name, 0, *slower) for slower in SLOWER for name in UNCHANGED] if arguments.slower else []
    plan = [each for two in zip_longest(slower, same) for each in two if each and each[:3] not in known]
    for name, number, slowdown, margin in plan[: arguments.sessions]:
        started = time.monotonic()
        with regime(name):
            checks = arguments.slower if slowdown else EACH
            lines = session(f"--vc-latency-margin={margin}", *options, checks=checks, slowdown=slowdown)
        about = {"regime": name, "session": number, "slowdown": slowdown, "margin": margin}
        append(RESULTS, about, lines, started)


if __name__ == "__main__":
    main()
