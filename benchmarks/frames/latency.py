"""What fewer frames save in time at full size: random weights, calls in turns with fp32.

    python -m benchmarks.frames.latency FOLDER [MODEL]         writes latency.json beside it; artefacts go to FOLDER

Time does not depend on which frames those are, nor on what is learned.
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.techniques.in_turns import in_turns
from benchmarks.techniques.recipes import FP32
from benchmarks.techniques.rows import add

RESULTS = Path(__file__).with_suffix(".json")
RECIPES = {
    "timesformer": (FP32, "frames:keep=4", "frames:keep=4+fuse", "frames:keep=4+fuse+int8-static"),
    "videomae": (FP32, "frames:keep=8", "frames:keep=8+fuse", "frames:keep=8+fuse+int8-static"),
}


def main(folder: Path, names: list[str]) -> None:
    for name in names or [*RECIPES]:
        rows, _ = in_turns(name, RECIPES[name], folder)
        for text, row in rows.items():
            print(name, text, row["macs_ratio"], row["latency_ratio"], row["interval"], flush=True)
        add(RESULTS, name, rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
