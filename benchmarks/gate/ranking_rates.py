"""How often the checks of GAP and mAP err: simulated scores of clips that have one to four of twenty labels.

python -m benchmarks.gate.ranking_rates            # writes ranking_rates.json beside it; some minutes

A trial draws clips and a model's logits of them: noise, and a signal where a label is there, of a strength that
differs from label to label. Baseline and run answer the same clips. What harms nothing is done to both of them in the
same way, each for itself, so that neither is better; in a true drop the run answers some more clips with noise alone,
as many as lower its GAP by that much on 40,000 clips. Trials are judged in numpy; the first ones of every row by the
gate itself too, from what a report and a baseline would hold, and both must say the same. The second table is of the
intervals of a report: how often they hold what 40,000 clips say.
"""

import argparse
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch

from benchmarks.gate.accuracy_rates import as_lines, rate
from pytest_vidcompress.gate.baseline.stored import CENTS, Stored
from pytest_vidcompress.gate.budget import Margins
from pytest_vidcompress.gate.metrics import METRICS, RANKED
from pytest_vidcompress.gate.ranking_rule import judge_ranked
from pytest_vidcompress.measure.accuracy.ranking import ranking
from pytest_vidcompress.measure.accuracy.scores import accuracy
from pytest_vidcompress.measure.report import Identity, Report

MARGINS = Margins()
LABELS = 20
MANY = 40_000
"""Clips on which a true drop is known to about a thousandth."""
CHECKED = 2
"""Trials of every row that the gate judges too."""
DRAWS = 1000
"""Resamples; the gate itself draws four times as many."""
NEAR = 0.02
"""Two bootstraps of different draws may differ by as much about a chance of 0.05."""


@dataclass(frozen=True)
class Scenario:
    """What becomes of the model's answers."""

    name: str
    redrawn: float = 0.0
    """Share of clips, of baseline and run each, that are answered anew, no better and no worse."""
    noise: float = 0.0
    """Standard deviation of what is added to every logit, of baseline and run each."""
    drop: float = 0.0
    """Of the run's GAP."""


SCENARIOS = (
    Scenario("unchanged"),
    Scenario("rounded otherwise: every logit moves by 0.01", noise=0.01),
    Scenario("6 % of clips answered otherwise, none the worse", redrawn=0.03),
    Scenario("30 % of clips answered otherwise, none the worse", redrawn=0.15),
    Scenario("every logit moves by 0.5, none the worse", noise=0.5),
    *(
        Scenario(f"GAP lower by {drop}, and 6 % otherwise", redrawn=0.03, drop=drop)
        for drop in (0.01, 0.02, 0.03)
    ),
)


class Drawn:
    """Clips, and who answers them."""

    def __init__(self, clips: int, random: np.random.Generator) -> None:
        self.random = random
        labels = random.integers(1, 5, size=clips)
        order = random.random((clips, LABELS)).argsort(axis=1)
        self.targets = order < labels[:, None]
        self.strength = np.linspace(2.0, 4.0, LABELS)
        self.logits = self.answers()

    def answers(self) -> np.ndarray:
        """Of a model that sees as much as the next one."""
        noise = self.random.normal(size=self.targets.shape)
        return np.where(self.targets, self.strength - 2.0, -2.0) + noise

    def disturbed(self, scenario: Scenario) -> np.ndarray:
        """The model's answers, no better and no worse."""
        clips = self.random.random(len(self.targets)) < scenario.redrawn
        moved = self.logits + scenario.noise * self.random.normal(size=self.logits.shape)
        return np.where(clips[:, None], self.answers(), moved)

    def spoilt(self, logits: np.ndarray, share: float) -> np.ndarray:
        """With noise alone for a share of the clips."""
        clips = self.random.random(len(self.targets)) < share
        return np.where(clips[:, None], self.random.normal(size=logits.shape) - 2.0, logits)


def contributions(logits: np.ndarray, targets: np.ndarray) -> dict[str, np.ndarray]:
    """What each clip contributes, by metric: as the package, of scores without a tie."""
    clips, labels = logits.shape
    pooled = _derivative(logits.reshape(-1, 1), targets.reshape(-1, 1)).reshape(clips, labels).sum(1)
    score, wanted = pooled.sum() / targets.sum(), targets.sum(1)
    gap = score + clips * (pooled - score * wanted) / targets.sum()
    single, positives = _derivative(logits, targets), targets.sum(0)
    known = positives > 0
    scores = single.sum(0)[known] / positives[known]
    slopes = (single[:, known] - scores * targets[:, known]) / positives[known]
    return {"gap": gap, "mean_ap": scores.mean() + clips * slopes.mean(1)}


def _derivative(scores: np.ndarray, hits: np.ndarray) -> np.ndarray:
    """Of each column's sum of precisions by each row's weight; the sum itself is their sum."""
    order = np.argsort(-scores, axis=0)
    right = np.take_along_axis(hits, order, axis=0)
    shown = np.arange(1, len(scores) + 1)[:, None]
    found = right.cumsum(0)
    gained = (right / shown)[::-1].cumsum(0)[::-1]
    displaced = (right * found / shown**2)[::-1].cumsum(0)[::-1]
    slope = np.empty(scores.shape)
    np.put_along_axis(slope, order, right * (found / shown + gained) - displaced, axis=0)
    return slope


@cache
def share_for(drop: float) -> tuple[float, float]:
    """Share of clips to spoil so that GAP is lower by `drop`, and by how much mAP then is."""
    drawn = Drawn(MANY, np.random.default_rng(1))
    whole = {name: values.mean() for name, values in contributions(drawn.logits, drawn.targets).items()}
    low, high = 0.0, 0.5
    for _ in range(9):
        share = (low + high) / 2
        drawn.random = np.random.default_rng(2)
        now = contributions(drawn.spoilt(drawn.logits, share), drawn.targets)
        low, high = (low, share) if whole["gap"] - now["gap"].mean() > drop else (share, high)
    return share, float(whole["mean_ap"] - now["mean_ap"].mean())


def judged(before: np.ndarray, after: np.ndarray, random: np.random.Generator) -> tuple[str, float]:
    """The gate's rule on what clips contributed, and its chance."""
    drop = before.mean() - after.mean()
    if drop <= MARGINS.gap:
        return "passed", 1.0
    lost = np.round(CENTS * before) / CENTS - np.round(CENTS * after) / CENTS
    drawn = random.integers(len(lost), size=(DRAWS, len(lost)), dtype=np.int32)
    beyond = (lost[drawn].mean(1) >= drop + lost.mean() - 1e-12).sum()
    chance = (1 + beyond) / (1 + DRAWS)
    return ("failed" if chance < MARGINS.sure.ranked_alpha else "inconclusive"), chance


def checked(drawn: Drawn, then: np.ndarray, now: np.ndarray, said: dict[str, tuple[str, float]]) -> None:
    """The gate says the same of reports of these logits."""
    targets, ids = torch.from_numpy(drawn.targets), tuple(f"clip{place}" for place in range(len(then)))

    def report(logits: np.ndarray) -> Report:
        made = torch.from_numpy(logits)
        return Report(Identity("", "", "", clip_ids=ids, sample=len(ids)), accuracy(made, made, targets))

    stored, measured = Stored.of(report(then)), report(now)
    for name in RANKED:
        (verdict,) = judge_ranked(METRICS[name], measured, stored, MARGINS)
        status, chance = said[name]
        drop = abs(stored.numbers[name] - verdict.measured - MARGINS.gap)
        if str(verdict.status) != status and drop > 1e-5 and abs(chance - MARGINS.sure.ranked_alpha) > NEAR:
            raise AssertionError(
                f"{name}: the gate says {verdict.status}, {verdict.evidence}; here {said[name]}"
            )


def simulate(scenario: Scenario, clips: int, trials: int, seed: int) -> list[dict]:
    """Rates of one scenario, a row a metric."""
    random = np.random.default_rng(seed)
    share, other = share_for(scenario.drop) if scenario.drop else (0.0, 0.0)
    counts = {name: Counter() for name in RANKED}
    drops = {name: [] for name in RANKED}
    for trial in range(trials):
        drawn = Drawn(clips, random)
        then, now = drawn.disturbed(scenario), drawn.disturbed(scenario)
        now = drawn.spoilt(now, share) if share else now
        before, after = (contributions(each, drawn.targets) for each in (then, now))
        said = {name: judged(before[name], after[name], random) for name in RANKED}
        if trial < CHECKED:
            checked(drawn, then, now, said)
        for name in RANKED:
            counts[name][said[name][0]] += 1
            drops[name].append(before[name].mean() - after[name].mean())
    return [
        {
            "scenario": scenario.name,
            "clips": clips,
            "metric": name,
            "true_drop": round(scenario.drop if name == "gap" else other, 4),
            "drop_sd": round(float(np.std(drops[name])), 5),
            "failed": rate(counts[name]["failed"], trials),
            "inconclusive": rate(counts[name]["inconclusive"], trials),
        }
        for name in RANKED
    ]


def covered(clips: int, trials: int, seed: int) -> list[dict]:
    """How often 95 % intervals hold the true number: of a model that is worse by 0.02 GAP, and of that drop."""
    random, sides = np.random.default_rng(seed), Counter()
    share, _ = share_for(0.02)
    truth = true_numbers(share)
    for _ in range(trials):
        drawn = Drawn(clips, random)
        targets, logits = torch.from_numpy(drawn.targets), torch.from_numpy(drawn.logits)
        spoilt = torch.from_numpy(drawn.spoilt(drawn.disturbed(Scenario("", redrawn=0.06)), share))
        found = ranking(spoilt, logits, targets)
        for name, value in truth.items():
            low, high = getattr(found, name).interval
            sides[name, "below" if value < low else "above" if value > high else "within"] += 1
    return [
        {
            "clips": clips,
            "number": name,
            "trials": trials,
            **{side: round(sides[name, side] / trials, 4) for side in ("within", "below", "above")},
        }
        for name in truth
    ]


def true_numbers(share: float) -> dict[str, float]:
    """Of a model that answers noise alone of so many clips, and its drop from one that does not."""
    drawn = Drawn(MANY, np.random.default_rng(3))
    whole = {name: each.mean() for name, each in contributions(drawn.logits, drawn.targets).items()}
    now = contributions(drawn.spoilt(drawn.logits, share), drawn.targets)
    numbers = {name: float(each.mean()) for name, each in now.items()}
    return numbers | {f"{name}_drop": float(whole[name]) - numbers[name] for name in whole}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=1000, help="of every scenario without a drop")
    parser.add_argument("--drops", type=int, default=400, help="of every one with a drop")
    parser.add_argument("--intervals", type=int, default=120, help="whose coverage is counted")
    parser.add_argument("--clips", type=int, action="append", help="in the sample (default: 100, 400, 1000)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"))
    options = parser.parse_args()
    print(
        f"{'scenario':<52}{'clips':>6}  {'metric':<8}{'drop':>6}{'red':>9}{'95 % interval':>19}{'in doubt':>10}"
    )
    rows = []
    for scenario in SCENARIOS:
        for clips in options.clips or (100, 400, 1000):
            trials = options.drops if scenario.drop else options.trials
            found = simulate(scenario, clips, trials, options.seed)
            rows += found
            for row in found:
                red, doubt = row["failed"], row["inconclusive"]
                print(
                    f"{row['scenario']:<52}{row['clips']:>6}  {row['metric']:<8}{row['true_drop']:>6.3f}"
                    f"{red['share']:>9.2%}{red['low']:>9.2%} -{red['high']:>8.2%}{doubt['share']:>10.2%}",
                    flush=True,
                )
    intervals = []
    for clips in (100, 400):
        intervals += covered(clips, options.intervals, options.seed)
        for row in intervals[-4:]:
            print(row, flush=True)
    document = {
        "trials": options.trials,
        "trials_of_drops": options.drops,
        "seed": options.seed,
        "resamples": DRAWS,
        "margins": {
            "gap": MARGINS.gap,
            "mean_ap": MARGINS.mean_ap,
            "ranked_alpha": MARGINS.sure.ranked_alpha,
        },
        "rates": rows,
        "intervals": intervals,
    }
    options.out.write_text(as_lines(document), encoding="utf-8")


if __name__ == "__main__":
    main()
