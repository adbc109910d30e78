"""How often the rule for slower calls is wrong, and what it sees, by replaying recorded calls.

    python -m benchmarks.gate.tail_rates        minutes, one process a core

The pairs of a check are those of consecutive recorded turns from a random one on, as many as the rule wants to see;
the arms are exchanged at random. A turn is a process of its own, and a test's pairs share one: so every run, recorded
or checked, is as much faster or slower as processes were seen to differ. A variant with slow calls takes so many
times as long on every n-th of them; a short one does three tenths of the work, and neighbours cost it as much as they
cost the whole. Of an uneven one each process has its own share of calls that take longer: so did calls of half
a millisecond. What a check is held to is five quiet runs of 60 pairs, alone or beside those of a suite's other
variants, or a budget of exactly the ratio.
Writes benchmarks/gate/tail_rates.json.
"""

import argparse
import json
import math
import random
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median

from benchmarks.gate.rates import ALPHA, SUITE, changed, load
from benchmarks.gate.regimes import REGIMES
from pytest_vidcompress.gate.baseline.recording import tail_fault
from pytest_vidcompress.gate.baseline.stored import Baseline, StoredTiming
from pytest_vidcompress.gate.budget import Budget, Margins
from pytest_vidcompress.gate.latency.sequential_test import Decision
from pytest_vidcompress.gate.latency.tail_rule import TailCriterion, tail_criteria
from pytest_vidcompress.gate.latency.tail_test import TailLooks
from pytest_vidcompress.measure.interval import Estimate, share_interval
from pytest_vidcompress.measure.latency.blocks import VARIANT, Turn, calls
from pytest_vidcompress.measure.latency.pair_times import STEP, PairTimes
from pytest_vidcompress.measure.latency.percentiles import Percentiles
from pytest_vidcompress.measure.report import Timing

HERE = Path(__file__).parent
RUNS, RECORDED_PAIRS, POOL, PEERS = 5, 60, 500, 12
ALONE, IN_A_SUITE, BUDGET = f"{RUNS} recorded runs, alone", f"{RUNS} recorded runs, in a suite", "a budget"
SCREENS = (24, 60)
"""Pairs of a check before it is in doubt: of one whose latency was clearly fine, and of others."""
BUDGET_S = 30.0
PROCESS = 0.02
"""Standard deviation of the log-ratio from one process to the next."""
SLOW = ((8, 1.5), (8, 2.0), (8, 4.0), (20, 4.0))
"""Every how manieth call is slow, and how many times as long it takes."""
UNEVEN_SHARE, UNEVEN_TIMES = 0.3, 1.45
"""Up to this share of a process's calls takes so many times as long."""


@dataclass(frozen=True)
class Replayed(PairTimes):
    """Pairs whose order in time is that of the turns they come from."""

    leads: tuple[bool, ...] = ()
    """Of every pair: was the variant first?"""

    def until(self, pairs: int) -> "Replayed":
        own = (self.variant_s[:pairs], self.reference_s[:pairs], self.clip_ids[:pairs], self.by_clip)
        return Replayed(*own, self.leads[:pairs])

    def beside_variant(self, pair: int) -> range:
        return self._beside(pair, self.leads[pair])

    def beside_reference(self, pair: int) -> range:
        return self._beside(pair, not self.leads[pair])

    def _beside(self, pair: int, is_first: bool) -> range:
        """Calls of the other arm, the last one before and the first one after."""
        before = pair - 1 if is_first else pair
        return range(max(0, before), min(before + 2, len(self.leads)))


@dataclass(frozen=True)
class Work:
    """What a variant does beside its reference."""

    name: str
    share: float
    """Of the reference's work."""
    uneven: bool = False


WHOLE, SHORT, UNEVEN = Work("whole", 1.0), Work("short", 0.3), Work("short, uneven", 0.3, uneven=True)


@dataclass(frozen=True)
class Check:
    """One kind of check."""

    regime: str
    held_to: str
    pairs: int
    """Of its screen."""
    every: int
    times: float
    work: Work
    trials: int
    seed: int


@cache
def recordings(regime: str):
    return load(regime)


def pairs(
    which: int, regime: str, chance: random.Random, most: int, work: Work, check: Check | None = None
) -> Replayed:
    """The calls of one process; of a variant as `check` has it, or of an unchanged one."""
    turns = recordings(regime)[which].turns
    first, swapped = chance.randrange(len(turns)), chance.random() < 0.5
    process, phase = math.exp(chance.gauss(0, PROCESS)), chance.randrange(8)
    variant, base, leads = [], [], []
    place = first
    while len(variant) < most:
        number = place % len(turns)
        turn: Turn = changed(turns[number], 0.0, swapped)
        order = calls(number, len(turn.base_s))
        saved = (1 - work.share) * median(turn.variant_s)
        variant += [
            seconds - saved if seconds > 2 * saved else work.share * seconds for seconds in turn.variant_s
        ]
        base += turn.base_s
        leads += [(order[2 * pair] == VARIANT) != swapped for pair in range(len(turn.base_s))]
        place += 1
    if check and check.every:
        slow = [check.times if (i + phase) % check.every == 0 else 1.0 for i in range(len(variant))]
        variant = [seconds * each for seconds, each in zip(variant, slow, strict=True)]
    if work.uneven:
        share = chance.uniform(0.0, UNEVEN_SHARE)
        variant = [seconds * (UNEVEN_TIMES if chance.random() < share else 1.0) for seconds in variant]
    scaled = tuple(process * seconds for seconds in variant)
    return Replayed(scaled[:most], tuple(base[:most]), (), False, tuple(leads[:most]))


@cache
def recorded_runs(which: int, work: Work, seed: int) -> list[StoredTiming]:
    """What runs of an unchanged variant on a quiet machine record."""
    chance, runs = random.Random(f"{seed} {which} {work}"), []
    while len(runs) < POOL:
        seen = pairs(which, "quiet", chance, RECORDED_PAIRS, work)
        calls_of_run = Percentiles.of(seen)
        if not tail_fault(Timing(Estimate(1.0), calls=seen)):
            own, reference = calls_of_run.p95_beside
            run = StoredTiming(
                screens=(calls_of_run.usual_ratio,),
                p90s=(calls_of_run.quotient(0.9),),
                p95s=(own,),
                reference_p95s=(reference,),
            )
            runs.append(run)
    return runs


def recorded(which: int, chance: random.Random, work: Work, seed: int) -> StoredTiming:
    timing = StoredTiming()
    for run in chance.sample(recorded_runs(which, work, seed), RUNS):
        timing = timing.plus(run).plus_tail(run)
    return timing


def criterion(which: int, chance: random.Random, check: Check) -> TailCriterion:
    held, budget = Baseline(), None
    if check.held_to == BUDGET:
        budget = Budget({"latency_p90_ratio": check.work.share})
    else:
        others = range(PEERS if check.held_to == IN_A_SUITE else 0)
        places = [chance.randrange(len(recordings("quiet"))) for _ in others]
        held = Baseline(
            timing=recorded(which, chance, check.work, check.seed),
            peers=tuple(recorded(place, chance, WHOLE, check.seed) for place in places),
        )
    (found,) = tail_criteria(held, budget, Margins(), ALPHA)
    return found


def outcome(check: Check, chance: random.Random) -> tuple[str, int, float]:
    """Verdict, pairs beyond the screen, and their seconds."""
    which = chance.randrange(len(recordings(check.regime)))
    held = criterion(which, chance, check)
    seen = pairs(which, check.regime, chance, check.pairs * 32, check.work, check)
    looks, taken, spent = TailLooks(held.level, ALPHA), check.pairs, 0.0
    while looks.look(seen.until(taken)) is Decision.OPEN and not looks.over and spent < BUDGET_S:
        more = slice(taken, taken + STEP)
        spent += sum(seen.variant_s[more]) + sum(seen.reference_s[more])
        taken += STEP
    decision = looks.look(seen.until(taken), last=True)
    status = {Decision.WORSE: "failed", Decision.FINE: "passed"}.get(decision, "inconclusive")
    return status, taken - check.pairs, spent


def job(check: Check) -> dict:
    chance = random.Random(f"{check}")
    seen = [outcome(check, chance) for _ in range(check.trials)]
    statuses = [status for status, _, _ in seen]
    spent = sorted(seconds for _, _, seconds in seen)
    return {
        "held to": check.held_to,
        "regime": check.regime,
        "pairs": check.pairs,
        "slow every": check.every,
        "times": check.times,
        "work": check.work.name,
        "trials": check.trials,
        **{status: statuses.count(status) for status in ("failed", "inconclusive", "passed")},
        "timed on": sum(more > 0 for _, more, _ in seen),
        "seconds_mean": sum(spent) / len(spent),
        "seconds_p95": spent[int(0.95 * len(spent))],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--unchanged", type=int, default=2_500, help="checks of unchanged models a row")
    parser.add_argument("--slow", type=int, default=200, help="checks of each kind of slow calls a row")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    kinds = [
        *((screen, work, 0, 1.0) for work in (WHOLE, SHORT, UNEVEN) for screen in SCREENS),
        *((SCREENS[0], WHOLE, every, times) for every, times in SLOW),
        (SCREENS[0], SHORT, 8, 2.0),
    ]
    checks = [
        Check(
            *(regime, held_to, screen, every, times, work),
            *(arguments.slow if every else arguments.unchanged, arguments.seed),
        )
        for screen, work, every, times in kinds
        for held_to in (ALONE, IN_A_SUITE, BUDGET)
        for regime in REGIMES
        # A budget of the usual ratio is truly broken in every other process of an uneven one.
        if not (work.uneven and held_to == BUDGET)
    ]
    rows = []
    with ProcessPoolExecutor(arguments.processes) as pool:
        for row in pool.map(job, checks):
            rows.append(row)
            print(said(row), flush=True)
            (HERE / "tail_rates.json").write_text(json.dumps(rows, indent=1) + "\n")


def said(row: dict) -> str:
    share, low, high = share_interval(row["failed"], row["trials"])
    slow = f"{row['times']:g}x every {row['slow every']}" if row["slow every"] else f"unchanged {row['work']}"
    suite = 1 - (1 - share) ** SUITE
    return (
        f"{row['held to']:29} {row['regime']:7} {row['pairs']} pairs, {slow:13}: red {share:.2%}"
        f" [{low:.2%}, {high:.2%}],"
        f" inconclusive {row['inconclusive'] / row['trials']:.2%}, timed on {row['timed on'] / row['trials']:.1%},"
        f" {row['seconds_mean']:.2f} s more ({row['seconds_p95']:.1f} p95), a suite red {suite:.2%}"
    )


if __name__ == "__main__":
    main()
