"""How often the gate is wrong about cold starts: recorded ones replayed, and live checks.

    python -m benchmarks.gate.starts record      starts of packaged models in fresh processes; nothing else should run
    python -m benchmarks.gate.starts rates       replays them: minutes
    python -m benchmarks.gate.starts live        checks of real starts, as the plugin makes them

`record` writes benchmarks/gate/starts/<regime>-<model>-<recipe>.npz: seconds of load, prepare and first call,
`(pairs, 3)` of `variant` and `reference`. A replayed check is a stretch of consecutive pairs that begins at a random
one, held to runs of as many pairs at random places of the quiet recording, or to that recording's own ratio plus the
margin as a budget. What is slower takes so much longer in each of its parts. `rates` writes starts.json, `live` adds
to starts.jsonl, a line a check.
"""

import argparse
import json
import os
import random
import sys
import time
from dataclasses import replace
from pathlib import Path
from statistics import median

import numpy as np
import torch

from benchmarks.gate.regimes import REGIMES, regime
from pytest_vidcompress.artefacts.variant import build
from pytest_vidcompress.clips.clip_set import resolve
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.gate.baseline.recorded_runs import StoredStart
from pytest_vidcompress.gate.baseline.stored import Baseline, StoredTiming
from pytest_vidcompress.gate.budget import Budget, Margins
from pytest_vidcompress.gate.latency.level import START_PAIRS as PAIRS
from pytest_vidcompress.gate.latency.start_rule import judge_start, judge_start_budget
from pytest_vidcompress.gate.verdict import Verdict
from pytest_vidcompress.measure.interval import share_interval
from pytest_vidcompress.measure.start.cold_start import ColdStart, Start, total_s
from pytest_vidcompress.measure.subject import Subject
from pytest_vidcompress.models.load import load
from pytest_vidcompress.run.starter import Starter, StartTrial
from pytest_vidcompress.runtimes.registry import RUNTIMES

HERE = Path(__file__).parent
FOLDER, RATES, LIVE = HERE / "starts", HERE / "starts.json", HERE / "starts.jsonl"
MODELS = ("timesformer", "videomae")
RECIPES = ("fp32", "fuse@openvino")
ALPHA = 0.005 / 20
"""Of a check in a session of twenty."""
RUNS = 3
"""Recorded runs: the fewest that may be held to."""
SLOWER = (0.0, 0.10, 0.20, 0.30, 0.50)


def trial(model_name: str, recipe: str, pairs: int) -> StartTrial:
    clips = resolve("pocket", {})
    model = load(model_name, clips.labels, clips.name, "trained", {})
    profile = model.profile
    pixels = torch.randn(1, profile.frames, 3, profile.size, profile.size)
    variant = build(parse(recipe, TECHNIQUES), model, None, RUNTIMES)
    return StartTrial(Subject.of(variant), model, pixels, pairs)


def starter() -> Starter:
    return Starter(tuple(sys.path), TECHNIQUES, RUNTIMES)


def record(pairs: int, regimes: list[str]) -> None:
    FOLDER.mkdir(exist_ok=True)
    for name in regimes:
        for model in MODELS:
            for recipe in RECIPES:
                begun, starts = time.monotonic(), starter()
                with regime(name):
                    start = starts.start(trial(model, recipe, pairs), lambda seen: False)
                starts.close()
                np.savez_compressed(
                    FOLDER / f"{name}-{model}-{recipe}.npz",
                    variant=np.array([each.parts_s for each in start.variant], np.float32),
                    reference=np.array([each.parts_s for each in start.reference], np.float32),
                )
                took = time.monotonic() - begun
                print(f"{name} {model} {recipe}: {start.ratio:.3f} in {took:.0f} s", flush=True)


def recorded(name: str, model: str, recipe: str) -> Start:
    held = np.load(FOLDER / f"{name}-{model}-{recipe}.npz")
    arms = [tuple(ColdStart(*map(float, parts)) for parts in held[arm]) for arm in ("variant", "reference")]
    return Start(*arms, PAIRS)


def stretch(whole: Start, chance: random.Random, slower: float = 0.0, swap: bool = False) -> Start:
    """Consecutive pairs from a random place, a check's worth."""
    first = chance.randrange(len(whole.variant) - PAIRS + 1)
    variant, reference = (arm[first : first + PAIRS] for arm in (whole.variant, whole.reference))
    if swap:
        variant, reference = reference, variant
    return Start(tuple(slowed(each, slower) for each in variant), reference, PAIRS)


def slowed(start: ColdStart, slower: float) -> ColdStart:
    return ColdStart(*((1 + slower) * part for part in start.parts_s))


def baseline(runs: list[Start]) -> Baseline:
    stored = StoredStart()
    for run in runs:
        stored = stored.plus(StoredStart.of(run))
    return Baseline(timing=StoredTiming(start=stored))


def check(seen: Start, quiet: Start, chance: random.Random, budget: bool, swaps: bool) -> Verdict:
    """The verdict on pairs that were seen; the quiet recording says what it is held to."""
    if budget:
        limit = float(quiet.ratio or 1.0) * (1 + Margins().start)
        return judge_start_budget(seen, Budget({"start_ratio": limit}), ALPHA)
    runs = [stretch(quiet, chance, swap=swaps and chance.random() < 0.5) for _ in range(RUNS)]
    (verdict,) = judge_start(seen, baseline(runs), Margins(), ALPHA)
    return verdict


def row(name: str, slower: float, budget: bool, trials: int, seed: int) -> dict:
    chance = random.Random(f"{seed} {name} {slower} {budget}")
    statuses, pairs = [], []
    wholes = {(m, r): (recorded(name, m, r), recorded("quiet", m, r)) for m in MODELS for r in RECIPES}
    for _ in range(trials):
        (_, recipe), (whole, quiet) = chance.choice([*wholes.items()])
        swaps = recipe == "fp32" and not budget
        seen = stretch(whole, chance, slower, swaps and chance.random() < 0.5)
        verdict = check(seen, quiet, chance, budget, swaps)
        statuses.append(str(verdict.status))
        pairs.append(int(verdict.evidence.split()[0]))
    return {
        "held to": "a budget" if budget else f"{RUNS} runs, alone",
        "regime": name,
        "slower": slower,
        "trials": trials,
        **{status: statuses.count(status) for status in ("failed", "inconclusive", "passed")},
        "pairs_median": median(pairs),
    }


def rates(unchanged: int, slower: int, seed: int) -> None:
    rows = []
    there = [name for name in REGIMES if [*FOLDER.glob(f"{name}-*.npz")]]
    for budget in (False, True):
        for name in there:
            for share in SLOWER:
                rows.append(row(name, share, budget, slower if share else unchanged, seed))
                print(said(rows[-1]), flush=True)
    RATES.write_text(json.dumps(rows, indent=1) + "\n")


def said(line: dict) -> str:
    share, low, high = share_interval(line["failed"], line["trials"])
    return (
        f"{line['held to']:15} {line['regime']:7} +{line['slower']:.0%}: red {line['failed']} of {line['trials']},"
        f" {share:.1%} [{low:.1%}, {high:.1%}], inconclusive {line['inconclusive'] / line['trials']:.1%}"
    )


class Slowed:
    """Spends so many seconds more in the first call of a process."""

    def __init__(self, run, seconds: float) -> None:
        self.run, self.seconds = run, seconds

    def __call__(self, pixels):
        logits = self.run(pixels)
        until, self.seconds = time.perf_counter() + self.seconds, 0.0
        while time.perf_counter() < until:
            pass
        return logits


def live(checks: int, slower: float, name: str) -> None:
    """Checks of an unchanged model, and of one that starts slower, in turns."""
    for model in MODELS:
        starts, given = starter(), trial(model, "fp32", PAIRS)
        # Both arms are started from a pickle then, as what is slowed has no artefact.
        plain = replace(given, subject=Subject.of(Slowed(given.subject.run, 0.0)))
        runs = [starts.start(plain, lambda seen: False) for _ in range(RUNS)]
        held = baseline(runs)
        extra_s = slower * median(total_s(run.variant) for run in runs)
        slow = replace(given, subject=Subject.of(Slowed(given.subject.run, extra_s)))
        with regime(name):
            for number in range(2 * checks):
                share, what = ((0.0, plain), (slower, slow))[number % 2]
                begun = time.monotonic()
                start = starts.start(what, lambda seen: False)
                (verdict,) = judge_start(start, held, Margins(), ALPHA)
                line = {
                    "regime": name,
                    "model": model,
                    "slower": share,
                    "load": round(os.getloadavg()[0], 1),
                    "status": str(verdict.status),
                    "measured": verdict.measured,
                    "stored": verdict.stored,
                    "evidence": verdict.evidence,
                    "reason": verdict.reason,
                    "seconds": round(time.monotonic() - begun, 2),
                }
                with LIVE.open("a") as file:
                    file.write(json.dumps(line) + "\n")
                print(model, f"+{share:.0%}", verdict.status, verdict.reason, flush=True)
        starts.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("what", choices=("record", "rates", "live"))
    parser.add_argument("--pairs", type=int, default=100, help="recorded of each model and recipe")
    parser.add_argument("--regime", action="append", choices=REGIMES, help="recorded, or checked live in")
    parser.add_argument(
        "--unchanged", type=int, default=2000, help="replayed checks of unchanged starts a row"
    )
    parser.add_argument("--slower", type=int, default=400, help="replayed checks of each slowdown a row")
    parser.add_argument(
        "--checks", type=int, default=10, help="live ones of each model, unchanged and slower"
    )
    parser.add_argument("--slowdown", type=float, default=0.3, help="of the live ones that are slower")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    if arguments.what == "record":
        record(arguments.pairs, arguments.regime or [*REGIMES])
    elif arguments.what == "rates":
        rates(arguments.unchanged, arguments.slower, arguments.seed)
    else:
        for name in arguments.regime or ["quiet"]:
            live(arguments.checks, arguments.slowdown, name)


if __name__ == "__main__":
    main()
