"""How often the gate is wrong about the way from files to answers: recorded rounds replayed.

    python -m benchmarks.gate.answer_rates          reads benchmarks/frames/answer.json, writes answer_rates.json

A check is the first rounds of one recorded process, held to the runs of three others of the same variant, all choices
of them, or to the geometric mean of the others plus the margin as a budget. What is slower takes so much longer in
every round. Runs and checks are of processes of their own, as those of a user are. How many runs, how much slower and
the error rate are those of cold starts, whose rule it is.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from statistics import fmean
from typing import Any

from benchmarks.gate.starts import ALPHA, RUNS, SLOWER
from pytest_vidcompress.gate.baseline.recorded_runs import StoredPairs
from pytest_vidcompress.gate.baseline.stored import Baseline, StoredTiming
from pytest_vidcompress.gate.budget import Budget, Margins
from pytest_vidcompress.gate.latency.answer_rule import judge_answer, judge_answer_budget
from pytest_vidcompress.gate.latency.level import START_PAIRS as ROUNDS
from pytest_vidcompress.gate.metrics import METRICS
from pytest_vidcompress.gate.verdict import Verdict
from pytest_vidcompress.measure.from_file.from_file import FromFile, Round
from pytest_vidcompress.measure.interval import share_interval

RECORDED = Path(__file__).parents[1] / "frames" / "answer.json"
RATES = Path(__file__).with_suffix(".json")
METRIC = METRICS["answer_ratio"]


def processes() -> Iterator[Sequence[FromFile]]:
    """Of every variant that was recorded, its processes."""
    for recipes in json.loads(RECORDED.read_text()).values():
        for row in recipes.values():
            yield [_rounds(*lines) for lines in row["rounds_s"]["answer"]]


def _rounds(variant: str, reference: str) -> FromFile:
    arms = [
        tuple(Round(float(each), 1e-9) for each in line.split()[:ROUNDS]) for line in (variant, reference)
    ]
    return FromFile(arms[0], arms[1], ROUNDS, 4)


def slowed(seen: FromFile, slower: float) -> FromFile:
    variant = tuple(Round(each.decode_s * (1 + slower), each.model_s) for each in seen.variant)
    return FromFile(variant, seen.reference, seen.planned, seen.clips)


def checks(slower: float, budget: bool) -> Iterator[Verdict]:
    for recorded in processes():
        for place, own in enumerate(recorded):
            others = [each for other, each in enumerate(recorded) if other != place]
            seen = slowed(own, slower)
            if budget:
                ratio = math.exp(fmean(math.log(float(each.ratio() or 1)) for each in others))
                limit = ratio * (1 + Margins().answer)
                yield judge_answer_budget(METRIC, seen, Budget({METRIC.name: limit}), ALPHA)
                continue
            for runs in combinations(others, RUNS):
                (verdict,) = judge_answer(METRIC, seen, _baseline(runs), Margins(), ALPHA)
                yield verdict


def _baseline(runs: Sequence[FromFile]) -> Baseline:
    stored = StoredPairs()
    for run in runs:
        stored = stored.plus(StoredPairs.of(run.pairs()))
    return Baseline(timing=StoredTiming(answers={"answer": stored}))


def row(slower: float, budget: bool) -> dict[str, Any]:
    statuses = Counter(str(verdict.status) for verdict in checks(slower, budget))
    return {
        "held to": "a budget 10 % above" if budget else f"{RUNS} recorded runs, margin 10 %",
        "slower": slower,
        "checks": statuses.total(),
        **{status: statuses[status] for status in ("failed", "inconclusive", "passed", "new")},
    }


def main() -> None:
    rows = [row(slower, budget) for budget in (False, True) for slower in SLOWER]
    for line in rows:
        share, low, high = share_interval(line["failed"], line["checks"])
        print(
            f"{line['held to']:32} +{line['slower']:.0%}: red {line['failed']} of {line['checks']},"
            f" {share:.1%} [{low:.1%}, {high:.1%}], inconclusive {line['inconclusive']}"
        )
    RATES.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
