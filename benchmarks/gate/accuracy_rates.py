"""How often the accuracy check errs, and how many clips it takes: simulated on real per-clip outcomes.

python benchmarks/gate/accuracy_rates.py            # writes accuracy_rates.json beside it

A trial draws a stored variant of the packaged models, resamples its clips with replacement, and flips some of
its outcomes: right ones are lost, wrong ones gained, at the rates of the scenario. The same draw is judged clip
by clip, as the gate does, and at the last clip alone: the difference is what looking early costs. Only top-1 is
simulated; a real check holds agreement by the same rule beside it, as the table of real pairs does.
"""

import argparse
import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pytest_vidcompress.gate.accuracy import ROUNDING, judge_accuracy, stopping
from pytest_vidcompress.gate.baseline.json_shape import stored_entries
from pytest_vidcompress.gate.baseline.stored import Stored
from pytest_vidcompress.gate.budget import Margins
from pytest_vidcompress.gate.statistics import drop_chance, mcnemar
from pytest_vidcompress.gate.verdict import Status, worst
from pytest_vidcompress.measure.interval import Estimate, share_interval
from pytest_vidcompress.measure.report import Accuracy, Identity, Report

BASELINES = Path(__file__).parents[2] / "baselines" / "pocket"
MODELS = ("timesformer", "videomae")
MARGINS = Margins()
CHUNK = 1000
DISCORDANT = 150
"""Losses, or gains, from which on no early pass is looked up: it would need more clips than are simulated."""


@dataclass(frozen=True)
class Scenario:
    """Share of all clips that is lost, and that is gained."""

    name: str
    lost: float
    gained: float


SCENARIOS = (
    Scenario("unchanged", 0.0, 0.0),
    Scenario("unchanged, 0.2 % of clips flip", 0.001, 0.001),
    Scenario("unchanged, 0.5 % of clips flip", 0.0025, 0.0025),
    Scenario("unchanged, 1 % of clips flip", 0.005, 0.005),
    Scenario("other answers on 6 % of clips, none worse", 0.03, 0.03),
    Scenario("1 point lost, 6 % discordant", 0.035, 0.025),
    Scenario("2 points lost, 6 % discordant", 0.04, 0.02),
    Scenario("3 points lost, 6 % discordant", 0.045, 0.015),
    Scenario("5 points lost, 6 % discordant", 0.055, 0.005),
    Scenario("1 point lost, none gained", 0.01, 0.0),
    Scenario("2 points lost, none gained", 0.02, 0.0),
    Scenario("3 points lost, none gained", 0.03, 0.0),
    Scenario("5 points lost, none gained", 0.05, 0.0),
    Scenario("50 points lost", 0.5, 0.0),
)


@dataclass(frozen=True)
class Draw:
    """Trials by clips, all boolean."""

    before: np.ndarray
    now: np.ndarray
    reference: np.ndarray


class Rule:
    """The gate's rule in tables, for many trials at once; `checked` holds it to the gate's own functions."""

    def __init__(self, clips: int) -> None:
        self.clips = clips
        self.interim = fewest_failing(clips, MARGINS.sure.top1_interim)
        self.final = fewest_failing(clips, MARGINS.sure.top1_alpha)
        self.floor = fewest_failing(clips, MARGINS.sure.floor_alpha)
        self.passes_from = np.full((DISCORDANT + 1, DISCORDANT + 1), clips + 1)
        for lost in range(DISCORDANT):
            for gained in range(DISCORDANT):
                if lost - gained <= MARGINS.top1 * clips:
                    self.passes_from[lost, gained] = fewest_passing(clips, lost, gained)

    def judge(self, draw: Draw) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Per trial: failed clip by clip, clips taken by that, failed on all clips."""
        n = np.arange(1, self.clips + 1)
        lost = np.cumsum(draw.before & ~draw.now, axis=1)
        gained = np.cumsum(draw.now & ~draw.before, axis=1)
        before, now = np.cumsum(draw.before, axis=1), np.cumsum(draw.now, axis=1)
        floor = MARGINS.floor * np.cumsum(draw.reference, axis=1)
        fell = (before >= floor - ROUNDING) & (now < floor - ROUNDING)
        beyond = lost - gained > MARGINS.top1 * n + ROUNDING
        worse = fell | beyond
        fails = worse & (lost >= self.interim[lost + gained])
        most = np.minimum(lost, DISCORDANT), np.minimum(gained, DISCORDANT)
        ends = fails | (~worse & (n >= self.passes_from[most]))
        discordant = lost[:, -1] + gained[:, -1]
        fewest = np.where(beyond[:, -1], self.final[discordant], self.floor[discordant])
        last = worse[:, -1] & (lost[:, -1] >= fewest)
        early = ends[:, :-1].any(axis=1)
        taken = np.where(early, ends[:, :-1].argmax(axis=1) + 1, self.clips)
        failed = np.where(early, fails[np.arange(len(fails)), taken - 1], last)
        return failed, taken, last


def fewest_failing(clips: int, level: float) -> np.ndarray:
    """By number of discordant clips, the fewest losses among them that McNemar's test calls significant."""
    fewest = np.zeros(clips + 1, int)
    for count in range(1, clips + 1):
        lost = fewest[count - 1]
        while lost <= count and mcnemar(lost, count - lost) >= level:
            lost += 1
        fewest[count] = lost
    fewest[0] = 1
    return fewest


def fewest_passing(clips: int, lost: int, gained: int) -> int:
    """Clips from which on so many losses and gains rule out the drop; one more than `clips` if none do."""
    low, high = max(1, lost + gained), clips + 1
    while low < high:
        middle = (low + high) // 2
        ruled_out = drop_chance(middle, lost, gained, MARGINS.sure.top1_drop) <= MARGINS.sure.top1_miss
        low, high = (low, middle) if ruled_out else (middle + 1, high)
    return low


def stored_variants() -> dict[str, dict[str, Stored]]:
    """By model, the stored outcomes of every variant."""
    return {
        model: stored_entries(json.loads((BASELINES / f"{model}.json").read_text(encoding="utf-8")))
        for model in MODELS
    }


def draw(
    variants: dict[str, dict[str, Stored]],
    scenario: Scenario,
    trials: int,
    clips: int,
    random: np.random.Generator,
) -> Draw:
    """Trials of one scenario."""
    rows = [(entry, entries["fp32"]) for entries in variants.values() for entry in entries.values()]
    outcomes = np.array([entry.outcomes for entry, _ in rows])
    references = np.array([reference.accuracy.outcomes for _, reference in rows])
    row = random.integers(len(rows), size=trials)[:, None]
    column = random.integers(outcomes.shape[1], size=(trials, clips))
    before = outcomes[row, column]
    right = outcomes.mean(axis=1)[row]
    # Rates are of all clips, but only right ones can be lost.
    flips = random.random((trials, clips)) < np.where(
        before, scenario.lost / right, scenario.gained / (1 - right)
    )
    return Draw(before, before ^ flips, references[row, column])


def simulate(scenario: Scenario, rule: Rule, trials: int, seed: int) -> dict:
    """Rates and clips of one scenario."""
    random, variants = np.random.default_rng(seed), stored_variants()
    parts = []
    for start in range(0, trials, CHUNK):
        drawn = draw(variants, scenario, min(CHUNK, trials - start), rule.clips, random)
        parts.append(rule.judge(drawn))
        if start == 0:
            checked(drawn, parts[0])
    failed, taken, on_all = (np.concatenate(column) for column in zip(*parts, strict=True))
    return {
        "scenario": scenario.name,
        "lost": scenario.lost,
        "gained": scenario.gained,
        "failed": rate(int(failed.sum()), trials),
        "failed_on_all_clips": rate(int(on_all.sum()), trials),
        "stopped_early": round(float((taken < rule.clips).mean()), 4),
        "passed_early": round(float(((taken < rule.clips) & ~failed).mean()), 4),
        "clips": {
            "mean": round(float(taken.mean()), 1),
            "median": int(np.median(taken)),
            "p95": int(np.percentile(taken, 95, method="higher")),
        },
    }


def rate(hits: int, trials: int) -> dict:
    """A share with its 95 % Wilson interval."""
    share, low, high = share_interval(hits, trials)
    return {"count": hits, "share": round(share, 5), "low": round(low, 5), "high": round(high, 5)}


def checked(drawn: Draw, judged: tuple[np.ndarray, np.ndarray, np.ndarray], trials: int = 20) -> None:
    """The tables say what the gate says, on the first trials."""
    ids = tuple(f"clip{i}" for i in range(drawn.before.shape[1]))
    for trial in range(min(trials, len(drawn.before))):
        before, now, reference = (
            tuple(bool(hit) for hit in outcomes[trial])
            for outcomes in (drawn.before, drawn.now, drawn.reference)
        )
        # Agreement is not simulated, so none is stored.
        status, taken = check(Stored.of(report(ids, before, ())), now, (), report(ids, reference, ()))
        expected = (bool(judged[0][trial]), int(judged[1][trial]))
        if (status is Status.FAILED, taken) != expected:
            raise AssertionError(f"trial {trial}: {status} after {taken} clips, by table {expected}")


def check(stored: Stored, now: tuple, agreements: tuple, reference: Report) -> tuple[Status, int]:
    """What the gate says of `now`, and after how many clips."""
    ids, sample = reference.identity.clip_ids, len(reference.identity.clip_ids)
    enough = stopping(stored, reference, None)
    agreements = agreements or (False,) * sample
    taken = next((n for n in range(1, sample) if enough(now[:n], agreements[:n])), sample)
    beside = report(ids[:taken], reference.accuracy.outcomes[:taken], (True,) * taken, sample)
    mine = report(ids[:taken], now[:taken], agreements[:taken], sample, beside)
    return worst(verdict.status for verdict in judge_accuracy(mine, stored, MARGINS)), taken


def report(
    ids: tuple, outcomes: tuple, agreements: tuple, sample: int | None = None, reference: Report | None = None
) -> Report:
    """A report of outcomes alone."""
    top1 = Estimate(*share_interval(sum(outcomes), len(outcomes)))
    return Report(
        Identity("", "", "", clip_ids=ids, sample=len(ids) if sample is None else sample),
        Accuracy(top1, top1, Estimate(1.0), Estimate(0.0), "labels", outcomes, agreements),
        reference=reference,
    )


def real_pairs() -> list[dict]:
    """Every stored variant in the place of every other of its model: top-1 and agreement, the real clip order."""
    rows = []
    for model, entries in stored_variants().items():
        reference = report(entries["fp32"].clip_ids, entries["fp32"].outcomes, entries["fp32"].agreements)
        for name, stored in entries.items():
            for other, now in entries.items():
                if name == other:
                    continue
                status, taken = check(stored, now.outcomes, now.agreements, reference)
                rows.append(
                    {
                        "model": model,
                        "stored": name,
                        "measured": other,
                        "top1_points": round(100 * (now.numbers["top1"] - stored.numbers["top1"]), 2),
                        "agreement_points": round(
                            100 * (now.numbers["agreement"] - stored.numbers["agreement"]), 2
                        ),
                        "verdict": str(status),
                        "clips": taken,
                    }
                )
    return rows


def by_severity(rows: list[dict]) -> list[dict]:
    """The real pairs by how much the worse of top-1 and agreement lost."""
    table = []
    for low, high in ((-math.inf, 0.0), (0.0, 1.0), (1.0, 2.0), (2.0, 5.0), (5.0, 10.0), (10.0, math.inf)):
        lost = [-min(row["top1_points"], row["agreement_points"]) for row in rows]
        some = [row for row, points in zip(rows, lost, strict=True) if low < points <= high]
        red = [row["clips"] for row in some if row["verdict"] == "failed"]
        table.append(
            {
                "points_lost": f"{low:g} to {high:g}",
                "pairs": len(some),
                **{str(s): sum(row["verdict"] == s for row in some) for s in Status if s is not Status.NEW},
                "clips_to_red_median": int(np.median(red)) if red else None,
                "clips_to_red_most": max(red, default=None),
                "clips_median": int(np.median([row["clips"] for row in some])) if some else None,
            }
        )
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--trials", type=int, default=100_000, help="of every scenario (default: %(default)s)"
    )
    parser.add_argument("--clips", type=int, default=1000, help="in the sample (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"))
    options = parser.parse_args()
    rule = Rule(options.clips)
    print(f"{'scenario':<43}{'red':>9}{'95 % interval':>19}{'on all':>9}   clips: mean, median, 95th")
    scenarios = []
    for scenario in SCENARIOS:
        row = simulate(scenario, rule, options.trials, options.seed)
        scenarios.append(row)
        red, clips = row["failed"], row["clips"]
        print(
            f"{row['scenario']:<43}{red['share']:>9.3%}{red['low']:>9.3%} -{red['high']:>8.3%}"
            f"{row['failed_on_all_clips']['share']:>9.3%}"
            f"{clips['mean']:>9.0f}{clips['median']:>6}{clips['p95']:>6}",
            flush=True,
        )
    pairs = real_pairs()
    severity = by_severity(pairs)
    print("\nreal pairs, by points of top-1 or agreement lost")
    for row in severity:
        print("  " + ", ".join(f"{name} {value}" for name, value in row.items()))
    all_margins = vars(MARGINS) | vars(MARGINS.sure)
    margins = {name: value for name, value in all_margins.items() if name.startswith(("top1", "floor"))}
    document = {
        "trials": options.trials,
        "clips": options.clips,
        "seed": options.seed,
        "margins": margins,
        "scenarios": scenarios,
        "real_pairs_by_points_lost": severity,
        "real_pairs": pairs,
    }
    options.out.write_text(as_lines(document), encoding="utf-8")


def as_lines(document: dict) -> str:
    """JSON with a line for every row of a table."""
    lines = []
    for name, value in document.items():
        rows = ",\n".join(f"  {json.dumps(row)}" for row in value) if isinstance(value, list) else ""
        lines.append(f' "{name}": ' + (f"[\n{rows}\n ]" if rows else json.dumps(value)))
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    main()
