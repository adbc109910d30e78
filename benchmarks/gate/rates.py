"""How often the gate is wrong, by replaying recorded turns; and how often the rules of others are.

    python -m benchmarks.gate.rates             minutes, one process a core

A check is a stretch of consecutive recorded turns, as long as the rule wants to look, that begins at a random
one; the arms are exchanged at random. A regression is a variant whose every call takes so much longer. The
other rules judge the same calls: a stored session against a fresh one, or pairs. Writes benchmarks/gate/rates.json.
"""

import argparse
import json
import random
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from scipy import stats

from benchmarks.gate.regimes import REGIMES
from pytest_vidcompress.gate.baseline.recording import enough_to_record
from pytest_vidcompress.gate.baseline.stored import StoredTiming
from pytest_vidcompress.gate.latency.level import Level, other_build, stored_level
from pytest_vidcompress.gate.latency.sequential_test import Decision, analyse
from pytest_vidcompress.measure.interval import share_interval
from pytest_vidcompress.measure.latency.blocks import Confirmation, Turn

HERE = Path(__file__).parent
BUDGET_S = 30.0
SUITE = 20
"""Checks of a session: they share its error rate."""
ALPHA = 0.005 / SUITE
TURNS_PER_BLOCK = 2
STORED_TURNS = 24
PEERS = 7
"""Other variants of a suite: the packaged one has eight a model."""
SESSION = 30
"""Rounds of a session of the other rules."""
REGRESSIONS = (0.0, 0.03, 0.05, 0.10)
MARGINS = (0.05, 0.01)


@dataclass(frozen=True)
class Held:
    """What the checks of a row are held to."""

    runs: int
    """0: a ratio that is known, as with `--vc-against`."""
    peers: int = 0
    """Other variants of the suite that have as many runs."""

    def __str__(self) -> str:
        if self.runs == 0:
            return "a known ratio"
        return f"{self.runs} runs, " + (f"in a suite of {1 + self.peers}" if self.peers else "alone")


@dataclass(frozen=True)
class Recording:
    turns: tuple[Turn, ...]
    ended_s: tuple[float, ...]

    @cached_property
    def runs(self) -> tuple[StoredTiming, ...]:
        """A recorded run from every place where one could have begun."""
        places = range(len(self.turns) - STORED_TURNS)
        seen = map(self._recorded_from, places)
        return tuple(StoredTiming.run(each) for each in seen if len(each.log_ratios) > 1)

    def _recorded_from(self, first: int) -> Confirmation:
        """As many turns as `create` would have timed."""
        for turns in range(TURNS_PER_BLOCK, STORED_TURNS + 1, TURNS_PER_BLOCK):
            seen = Confirmation(self.turns[first : first + turns], (), TURNS_PER_BLOCK)
            if enough_to_record(seen):
                return seen
        return seen

    def stretch(self, first: int, slower: float, swapped: bool) -> Confirmation:
        """What a check that began with turn `first` would have seen in its time."""
        before = self.ended_s[first - 1] if first else 0.0
        last = first
        while last < len(self.turns) and self.ended_s[last] - before < BUDGET_S:
            last += 1
        shown = min(last + 1, len(self.turns))
        turns = tuple(changed(turn, slower, swapped) for turn in self.turns[first:shown])
        spent = tuple(min(1.0, (end - before) / BUDGET_S) for end in self.ended_s[first:shown])
        return Confirmation(turns, spent, TURNS_PER_BLOCK)


def changed(turn: Turn, slower: float, swapped: bool) -> Turn:
    variant, base = (turn.base_s, turn.variant_s) if swapped else (turn.variant_s, turn.base_s)
    return Turn(tuple((1 + slower) * s for s in variant), base)


def load(regime: str) -> list[Recording]:
    recordings = []
    for file in sorted((HERE / "turns").glob(f"{regime}-*.npz")):
        held = np.load(file)
        turns = tuple(
            Turn(tuple(map(float, v[~np.isnan(v)])), tuple(map(float, b[~np.isnan(b)])))
            for v, b in zip(held["variant"], held["base"], strict=True)
        )
        recordings.append(Recording(turns, tuple(map(float, held["ended_s"]))))
    return recordings


def ours(recording: Recording, chance: random.Random, slower: float, level: Level) -> tuple[str, float]:
    """Verdict and seconds of a check."""
    # The longest stretch must lie in the recording, or ends would be looked at less.
    room = next((i for i, end in enumerate(recording.ended_s) if recording.ended_s[-1] - end < BUDGET_S), 1)
    first = chance.randrange(max(1, room))
    seen = recording.stretch(first, slower, chance.random() < 0.5)
    analysis = analyse(seen, level, ALPHA)
    used = next(
        (n for n in range(1, len(seen.turns) + 1) if len(seen.until(n).log_ratios) >= analysis.blocks), 1
    )
    seconds = BUDGET_S * seen.until(used).spent[-1]
    if analysis.decision is Decision.FINE:
        return "passed", seconds
    return ("inconclusive", BUDGET_S) if analysis.decision is Decision.OPEN else ("failed", seconds)


def level(recording: Recording, chance: random.Random, held: Held, margin: float) -> Level | None:
    """What a check is held to: recorded runs at random places of a quiet recording, beside other variants'."""
    if held.runs == 0:
        return other_build(margin)
    own, *others = (recorded(recording, chance, held.runs) for _ in range(1 + held.peers))
    return stored_level(own, others, margin)


def recorded(recording: Recording, chance: random.Random, runs: int) -> StoredTiming:
    timing = StoredTiming()
    for _ in range(runs):
        timing = timing.plus(chance.choice(recording.runs))
    return timing


def gate_job(job: tuple) -> dict:
    regime, held, margin, slower, trials, seed = job
    chance = random.Random(f"{seed} {job}")
    recordings, quiet = load(regime), load("quiet")
    statuses, seconds = [], []
    for _ in range(trials):
        which = chance.randrange(len(recordings))
        status, took = ours(recordings[which], chance, slower, level(quiet[which], chance, held, margin))
        statuses.append(status)
        seconds.append(took)
    row = {"rule": f"ours, held to {held}, margin {margin:.0%}", "regime": regime, "slower": slower}
    suites = [statuses[i : i + SUITE] for i in range(0, trials - SUITE + 1, SUITE)]
    return row | {
        "trials": trials,
        **{status: statuses.count(status) for status in ("failed", "inconclusive", "passed")},
        "suites": len(suites),
        "suites_failed": sum("failed" in suite for suite in suites),
        "seconds_median": float(np.median(seconds)),
        "seconds_p95": float(np.quantile(seconds, 0.95)),
    }


def session(recording: Recording, chance: random.Random, swapped: bool) -> tuple[np.ndarray, np.ndarray]:
    """Calls of both arms of a session: as many turns as have enough rounds."""
    first = chance.randrange(len(recording.turns) - SESSION)
    variant, base = [], []
    for turn in recording.turns[first:]:
        variant += turn.base_s if swapped else turn.variant_s
        base += turn.variant_s if swapped else turn.base_s
        if len(variant) >= SESSION:
            break
    return np.array(variant[:SESSION]), np.array(base[:SESSION])


def mean_rule(factor: float):
    return lambda then, now, pairs: now.mean() > factor * then.mean()


def min_rule(factor: float):
    return lambda then, now, pairs: now.min() > factor * then.min()


def asv_rule(then, now, pairs):
    """Mann-Whitney p < 0.002 and a factor of 1.1, as `asv continuous`."""
    p = stats.mannwhitneyu(now, then).pvalue
    return p < 0.002 and np.median(now) > 1.1 * np.median(then)


def t_rule(then, now, pairs):
    """A paired t test of one process's pairs, one-sided at 0.001."""
    return stats.ttest_1samp(pairs, 0.0, alternative="greater").pvalue < 0.001


OTHERS = {
    "pytest-benchmark mean:5%": mean_rule(1.05),
    "pytest-benchmark mean:10%": mean_rule(1.10),
    "pytest-benchmark min:5%": min_rule(1.05),
    "pytest-benchmark min:10%": min_rule(1.10),
    "asv, Mann-Whitney and 10%": asv_rule,
    "paired t test, p < 0.001": t_rule,
}


def others_job(job: tuple) -> list[dict]:
    regime, slower, trials, seed = job
    chance = random.Random(f"{seed} {job}")
    recordings = load(regime)
    failed = dict.fromkeys(OTHERS, 0)
    suites = {name: [] for name in OTHERS}
    for _ in range(trials):
        recording, swapped = chance.choice(recordings), chance.random() < 0.5
        _, then = session(recording, chance, swapped)
        variant, base = session(recording, chance, swapped)
        now = (1 + slower) * variant
        for name, rule in OTHERS.items():
            red = bool(rule(then, now, np.log(now / base)))
            failed[name] += red
            suites[name].append(red)
    return [
        {
            "rule": name,
            "regime": regime,
            "slower": slower,
            "trials": trials,
            "failed": failed[name],
            "inconclusive": 0,
            "passed": trials - failed[name],
            "suites": trials // SUITE,
            "suites_failed": sum(any(suites[name][i : i + SUITE]) for i in range(0, trials, SUITE)),
        }
        for name in OTHERS
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--unchanged", type=int, default=10_000, help="checks of unchanged models a regime")
    parser.add_argument(
        "--tight", type=int, default=2_500, help="the same under a margin that rarely passes at once"
    )
    parser.add_argument("--slower", type=int, default=500, help="checks of each slowdown a regime")
    parser.add_argument("--runs", type=int, nargs="+", default=(0, 5, 10), help="recorded; 0: a known ratio")
    parser.add_argument("--peers", type=int, default=PEERS, help="other variants of the suite with runs")
    parser.add_argument("--add", action="store_true", help="to the rows that are there, ours only")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    sizes = {slower: arguments.slower if slower else arguments.unchanged for slower in REGRESSIONS}
    same = dict(zip(MARGINS, (arguments.unchanged, arguments.tight), strict=True))
    gate = [
        (
            regime,
            Held(runs, peers),
            margin,
            slower,
            arguments.slower if slower else same[margin],
            arguments.seed,
        )
        for regime in REGIMES
        for runs in arguments.runs
        for peers in ([0, arguments.peers] if runs else [0])
        for margin in MARGINS
        for slower in REGRESSIONS
    ]
    others = [(regime, slower, sizes[slower], arguments.seed) for regime in REGIMES for slower in REGRESSIONS]
    rows = json.loads((HERE / "rates.json").read_text()) if arguments.add else []
    with ProcessPoolExecutor(arguments.processes) as pool:
        for row in pool.map(gate_job, gate):
            rows.append(row)
            print(told(row), flush=True)
        for several in pool.map(others_job, [] if arguments.add else others):
            rows += several
            for row in several:
                print(told(row), flush=True)
    (HERE / "rates.json").write_text(json.dumps(rows, indent=1) + "\n")


def told(row: dict) -> str:
    share, low, high = share_interval(row["failed"], row["trials"])
    return (
        f"{row['rule']:38} {row['regime']:7} +{row['slower']:.0%}: red {share:.2%} [{low:.2%}, {high:.2%}],"
        f" inconclusive {row['inconclusive'] / row['trials']:.2%}, suites {row['suites_failed']}/{row['suites']}"
    )


if __name__ == "__main__":
    main()
