"""What fewer tokens save in time at full size: random weights, calls in turns with fp32.

    python -m benchmarks.tokens.latency FOLDER [MODEL]         writes latency.json beside it; artefacts go to FOLDER

Time does not depend on the weights. That of run-length depends on the clip: it is not among them.
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.duel.__main__ import ratio
from benchmarks.techniques.in_turns import in_turns
from benchmarks.techniques.recipes import FP32, MODELS
from benchmarks.techniques.rows import add

RESULTS = Path(__file__).with_suffix(".json")
EAGER = (FP32, "merge-tokens", "drop-tokens", "prune-tokens")
INTEGERS = (
    "fuse+int8-static",
    "fuse+merge-tokens+int8-static",
    "fuse+merge-tokens:schedule=once+int8-static",
    "fuse+drop-tokens+int8-static",
    "fuse+prune-tokens+int8-static",
)


def main(folder: Path, names: list[str]) -> None:
    for name in names or MODELS:
        rows, seconds = in_turns(name, (*EAGER, *INTEGERS), folder)
        for text, row in rows.items():
            beside = FP32 if text in EAGER else INTEGERS[0]
            row["beside"] = {beside: ratio(seconds[text], seconds[beside])}
            print(name, text, row["macs_ratio"], row["latency_ratio"], row["beside"], flush=True)
        add(RESULTS, name, rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
