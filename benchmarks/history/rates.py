"""How often a history is wrong, and what it sees: the noise is that of this repository's own recorded runs.

    python -m benchmarks.history.rates          minutes, one core; writes benchmarks/history/rates.json

Recorded runs of a variant differ from their mean by so and so much of their own spread: these residuals of all
variants of `baselines/` are drawn from, and scaled to a spread. A history has 200 commits with a run each, and as
many rows of numbers as this repository: 150 share the error rate.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from statistics import fmean, median, stdev
from time import perf_counter

from pytest_vidcompress.gate.baseline.json_shape import timing_entries
from pytest_vidcompress.gate.history.moves import ALPHA, Move, moves

HERE = Path(__file__).parent
BASELINES = HERE.parents[1] / "baselines"
COMMITS, ROWS = 200, 150
AT = 100
"""The first commit of what is planted."""
SHORT = 20
"""Commits of a young history."""
SPREADS = (0.003, 0.007, 0.016, 0.027)
"""Of recorded runs here: the median, three quarters, nine tenths, and the largest; see `spreads` in the file."""
Noise = Callable[[Random, int], list[float]]


def recorded() -> tuple[list[float], list[float]]:
    """Residuals of recorded runs in their own standard deviations, and these, of variants with four runs at least."""
    residuals, spreads = list[float](), list[float]()
    for path in sorted(BASELINES.glob("*/*.*.json")):
        for entry in timing_entries(json.loads(path.read_text())).values():
            logs = [*map(math.log, entry.runs)]
            if len(logs) < 4:
                continue
            spread = stdev(logs)
            spreads.append(spread)
            # The mean of few runs lies nearer to them than the true one.
            widen = math.sqrt(len(logs) / (len(logs) - 1))
            residuals += [widen * (each - fmean(logs)) / spread for each in logs]
    return residuals, sorted(spreads)


def regimes(residuals: Sequence[float]) -> dict[str, Noise]:
    """Kinds of noise, of a standard deviation of about one."""

    def single(random: Random, n: int) -> list[float]:
        return random.choices(residuals, k=n)

    def wandering(random: Random, n: int, common: float = 0.5) -> list[float]:
        row, level = list[float](), 0.0
        for each in random.choices(residuals, k=n):
            level = common * level + math.sqrt(1 - common**2) * each
            row.append(level)
        return row

    def disturbed(random: Random, n: int) -> list[float]:
        return [each + 10 * (random.random() < 0.02) for each in single(random, n)]

    return {"as recorded": single, "neighbours alike": wandering, "2 % disturbed": disturbed}


PLANTED: dict[str, Callable[[int], float]] = {
    "a step of 6 %": lambda place: math.log(1.06) * (place >= AT),
    "a drift of 1 % in ten commits": lambda place: math.log(1.01) * _along(place),
    "a drift of 1 % a commit, ten commits": lambda place: 10 * math.log(1.01) * _along(place),
}


def _along(place: int) -> float:
    return min(1.0, max(0.0, (place - AT + 1) / 10))


def unchanged(noise: Noise, n: int, rows: int, seed: int) -> dict[str, float | None]:
    """How often anything is found, at what is spent and at a hundredth; and how long a row takes."""
    random = Random(seed)
    chances = list[float]()
    began = perf_counter()
    for _ in range(rows):
        found = moves(noise(random, n), 0.01)
        chances.append(min((each.chance for each in found), default=1.0))
    return {
        "rows": rows,
        "found": sum(each < ALPHA / ROWS for each in chances),
        "found_at_0.01": sum(each < 0.01 for each in chances),
        "ms_a_row": 1000 * (perf_counter() - began) / rows,
    }


def changed(noise: Noise, spread: float, planted: str, rows: int, seed: int) -> dict[str, float | None]:
    """How often what was planted is found, and where."""
    random, level = Random(seed), PLANTED[planted]
    first, last = AT, AT if "step" in planted else AT + 9
    found = list[list[Move]]()
    for _ in range(rows):
        row = [level(place) + spread * each for place, each in enumerate(noise(random, COMMITS))]
        found.append([*moves(row, ALPHA / ROWS)])
    seen = [each[0] for each in found if len(each) == 1]
    return {
        "rows": rows,
        "found": sum(bool(each) for each in found),
        "several": sum(len(each) > 1 for each in found),
        "called_drift": sum(not each.is_step for each in seen),
        "within": sum(each.ramp.start + 1 <= last and each.ramp.end >= first for each in seen),
        "exact": sum((each.ramp.start + 1, each.ramp.end) == (first, last) for each in seen),
        "ends_off_by_two": sum(
            abs(each.ramp.start + 1 - first) <= 2 and abs(each.ramp.end - last) <= 2 for each in seen
        ),
        "set_covers": sum(each.earliest <= first and each.latest >= last for each in seen),
        "rise_median": median(each.rise for each in seen) if seen else None,
    }


def rates(unchanged_rows: int, changed_rows: int) -> Iterator[dict[str, object]]:
    residuals, _ = recorded()
    for regime, noise in regimes(residuals).items():
        for n in (SHORT, COMMITS):
            yield {"regime": regime, "commits": n, "planted": ""} | unchanged(noise, n, unchanged_rows, 1)
        for planted in PLANTED:
            for spread in SPREADS:
                found = changed(noise, spread, planted, changed_rows, 2)
                yield {"regime": regime, "commits": COMMITS, "planted": planted, "spread": spread} | found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--unchanged", type=int, default=3000)
    parser.add_argument("--changed", type=int, default=100)
    given = parser.parse_args()
    residuals, spreads = recorded()
    rows = list[dict[str, object]]()
    for each in rates(given.unchanged, given.changed):
        print(json.dumps(each), flush=True)
        rows.append(each)
    shown = {
        f"{share:.0%}": spreads[min(len(spreads) - 1, int(share * len(spreads)))]
        for share in (0.5, 0.75, 0.9, 1)
    }
    document = {"residuals": len(residuals), "spreads": shown, "alpha": ALPHA, "series": ROWS, "rows": rows}
    (HERE / "rates.json").write_text(json.dumps(document, indent=1, allow_nan=False) + "\n")


if __name__ == "__main__":
    main()
