"""How often the rule for MACs that depend on the clip is red: simulated, and no model is needed.

python -m benchmarks.gate.clip_cost_rates            writes clip_cost_rates.json beside it, and prints the rows
"""

from __future__ import annotations

import json
import math
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

from pytest_vidcompress.gate.baseline.clip_costs import ClipPairs
from pytest_vidcompress.gate.budget import Margins
from pytest_vidcompress.gate.clip_cost_rule import decide
from pytest_vidcompress.gate.statistics import rise_chance
from pytest_vidcompress.gate.verdict import Status

RESULTS = Path(__file__).with_suffix(".json")
RUNS = 4000
USUAL = 1_000_000
APART = 0.3
"""Standard deviation of the logarithm of what clips cost."""
CLIPS = (16, 100)
RISES = (0.0, 0.02, 0.05, 0.1)
NOISES = (0.05, 0.1, 0.2)
"""By which other weights move what a clip costs, relative: a standard deviation."""


def drawn(random: Random, clips: int) -> list[int]:
    """What clips cost."""
    return [round(USUAL * math.exp(random.gauss(0, APART))) for _ in range(clips)]


def drawn_pairs(random: Random, clips: int, change: float, noise: float, same_weights: bool) -> ClipPairs:
    """What clips cost before and now: each more by `change`, and by chance some more and some less."""
    before = drawn(random, clips)
    now = [round(each * (1 + change + random.gauss(0, noise))) for each in before]
    return ClipPairs(before, now, same_weights, True)


def rates(
    change: float, noise: float, same_weights: bool, clips: int = 100, runs: int = RUNS
) -> Counter[Status]:
    """How often each status came out of `drawn_pairs`."""
    random, counted = Random(1), Counter[Status]()
    for _ in range(runs):
        pairs = drawn_pairs(random, clips, change, noise, same_weights)
        counted[decide(pairs, rise_chance(pairs.rises), Margins())] += 1
    return counted


def rows() -> list[dict[str, Any]]:
    """By the same weights, which add no chance, and by others."""
    cases = [(True, 0.0), *((False, noise) for noise in NOISES)]
    return [
        {
            "clips": clips,
            "same_weights": same,
            "noise": noise,
            "rise": rise,
            **{
                str(status): count / RUNS for status, count in sorted(rates(rise, noise, same, clips).items())
            },
        }
        for clips in CLIPS
        for same, noise in cases
        for rise in RISES
    ]


def main() -> None:
    found = rows()
    RESULTS.write_text(json.dumps({"runs": RUNS, "rows": found}, indent=1) + "\n")
    for row in found:
        print(*(f"{name}={value}" for name, value in row.items()))


if __name__ == "__main__":
    main()
