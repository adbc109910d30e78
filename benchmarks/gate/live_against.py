"""Live checks beside another commit's build that is the same: none may be red.

    python -m benchmarks.gate.live_against        some twenty minutes; nothing else should run

Sessions of twelve, each held to what the commit that is checked out builds. Appends to
benchmarks/gate/live_against.jsonl; what it holds already counts.
"""

import argparse
import tempfile
import time
from pathlib import Path

from benchmarks.gate.live_session import append, session

RESULTS = Path(__file__).parent / "live_against.jsonl"
EACH = 3
"""Checks of each of four variants in a session."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--model", default="videomae")
    parser.add_argument("--checks", type=int, default=60)
    arguments = parser.parse_args()
    done = len(RESULTS.read_text().splitlines()) if RESULTS.exists() else 0
    while done < arguments.checks:
        started = time.monotonic()
        with tempfile.TemporaryDirectory() as baselines:
            lines = session(
                "--vc-against=HEAD",
                f"--vc-model={arguments.model}",
                f"--vc-baselines={baselines}",
                "--vc-sample=16",
                checks=EACH,
            )
        done += len(lines)
        append(RESULTS, {"model": arguments.model}, lines, started)


if __name__ == "__main__":
    main()
