"""How often the gate is wrong where no fresh process can confirm: each recorded turn is taken for a test's process.

    python -m benchmarks.gate.single_process_rates        two minutes

A check is one recorded turn, so its pairs share one process; a real screen has two to four times as many pairs. The
arms are exchanged at random. What it is held to is a budget, or what five quiet turns at random showed as screens.
Writes benchmarks/gate/single_process_rates.json.
"""

import argparse
import json
import math
import random
from pathlib import Path

from benchmarks.gate.rates import ALPHA, SUITE, Recording, changed, load
from benchmarks.gate.regimes import REGIMES
from pytest_vidcompress.gate.baseline.stored import Baseline, StoredTiming
from pytest_vidcompress.gate.budget import Budget, Margins
from pytest_vidcompress.gate.latency.criterion import Criterion, baseline_criterion, budget_criterion
from pytest_vidcompress.gate.latency.screen import clearly_fine
from pytest_vidcompress.gate.latency.sequential_test import Decision
from pytest_vidcompress.gate.latency.single_process import QUIET, analyse_pairs
from pytest_vidcompress.measure.interval import share_interval
from pytest_vidcompress.measure.latency.pair_times import PairTimes
from pytest_vidcompress.measure.report import Timing

HERE = Path(__file__).parent
RUNS = 5
SLOWER = (0.0, 0.05, 0.10, 0.20, 0.50)
RESTLESS = (2.0, 4.0)
"""Slowdowns of processes on a machine that is too restless for anything less."""
JOINED = 3
FEWEST_PAIRS = 12
"""Of a turn that a busy machine cut short: fewer are no screen."""


def times(recording: Recording, chance: random.Random, slower: float = 0.0) -> PairTimes:
    while True:
        turn = changed(chance.choice(recording.turns), slower, chance.random() < 0.5)
        if len(turn.base_s) >= FEWEST_PAIRS:
            return PairTimes(turn.variant_s, turn.base_s)


def criterion(recording: Recording, chance: random.Random, budget: bool) -> Criterion:
    if budget:
        found = budget_criterion(Budget({"latency_ratio": 1.0}))
    else:
        screens = tuple(float(times(recording, chance).ratio) for _ in range(RUNS))
        found = baseline_criterion(Baseline(timing=StoredTiming(runs=screens, screens=screens)), Margins())
    assert found is not None
    return found


def check(recording: Recording, quiet: Recording, chance: random.Random, slower: float, budget: bool) -> str:
    """The verdict of one check."""
    held, seen = criterion(quiet, chance, budget), times(recording, chance, slower)
    if clearly_fine(seen.log_ratios, held.screen):
        return "passed"
    decision = analyse_pairs(timing(seen), held.screen, ALPHA).decision
    return {Decision.WORSE: "failed", Decision.FINE: "passed"}.get(decision, "inconclusive")


def row(regime: str, slower: float, budget: bool, trials: int, seed: int) -> dict:
    chance = random.Random(f"{seed} {regime} {slower} {budget}")
    recordings, quiet = load(regime), load("quiet")
    statuses = []
    for _ in range(trials):
        which = chance.randrange(len(recordings))
        statuses.append(check(recordings[which], quiet[which], chance, slower, budget))
    return {
        "held to": "a budget" if budget else f"{RUNS} recorded screens",
        "regime": regime,
        "slower": slower,
        "trials": trials,
        **{status: statuses.count(status) for status in ("failed", "inconclusive", "passed")},
    }


def restless(regime: str, slower: float) -> dict:
    """Every three turns in a row, taken for one process, of whose pairs fewer than four in five were undisturbed."""
    decisions = []
    held = budget_criterion(Budget({"latency_ratio": 1.0}))
    assert held is not None
    for recording in load(regime):
        for first in range(len(recording.turns) - JOINED + 1):
            for swapped in (False, True):
                turns = [changed(t, slower, swapped) for t in recording.turns[first : first + JOINED]]
                variant_s = tuple(s for turn in turns for s in turn.variant_s)
                seen = PairTimes(variant_s, tuple(s for turn in turns for s in turn.base_s))
                if seen.quiet_share < QUIET:
                    decisions.append(analyse_pairs(timing(seen), held.screen, ALPHA).decision)
    failed = decisions.count(Decision.WORSE)
    return {
        "held to": f"a budget, {JOINED} turns as one, restless",
        "regime": regime,
        "slower": slower,
        "trials": len(decisions),
        "failed": failed,
        "inconclusive": len(decisions) - failed,
        "passed": 0,
    }


def timing(seen: PairTimes) -> Timing:
    return Timing(
        seen.latency, seen.ratio, seen.log_ratios, controls=seen.controls, quiet_share=seen.quiet_share
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--unchanged", type=int, default=10_000, help="checks of unchanged models a row")
    parser.add_argument("--slower", type=int, default=400, help="checks of each slowdown a row")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    rows = []
    for budget in (False, True):
        for regime in REGIMES:
            for slower in SLOWER:
                trials = arguments.slower if slower else arguments.unchanged
                rows.append(row(regime, slower, budget, trials, arguments.seed))
                print(said(rows[-1]), flush=True)
    for regime in REGIMES:
        for slower in (0.0, *RESTLESS):
            rows.append(restless(regime, slower))
            print(said(rows[-1]), flush=True)
    (HERE / "single_process_rates.json").write_text(json.dumps(rows, indent=1) + "\n")


def said(row: dict) -> str:
    share, low, high = share_interval(row["failed"], row["trials"])
    suite = 1 - math.exp(SUITE * math.log1p(-share)) if share < 1 else 1.0
    return (
        f"{row['held to']:20} {row['regime']:7} +{row['slower']:.0%}: red {share:.2%} [{low:.2%}, {high:.2%}],"
        f" inconclusive {row['inconclusive'] / row['trials']:.1%}, a suite of {SUITE} red {suite:.2%}"
    )


if __name__ == "__main__":
    main()
