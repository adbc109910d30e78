"""The table and the picture of docs/gate.md, from the results beside this file.

python -m benchmarks.gate.figures           needs matplotlib; prints the tables, draws docs/gate.svg
"""

import json
from collections import Counter
from pathlib import Path

from tabulate import tabulate

from benchmarks.gate.regimes import REGIMES
from benchmarks.gate.tail_rates import SCREENS, SHORT, UNEVEN, WHOLE
from pytest_vidcompress.measure.interval import share_interval

HERE = Path(__file__).parent
PICTURE = HERE.parents[1] / "docs" / "gate.svg"
SLOWER = (0.0, 0.03, 0.05, 0.10)


def main() -> None:
    rows = json.loads((HERE / "rates.json").read_text())
    rows.sort(key=lambda row: not row["rule"].startswith("ours"))
    print(replayed(rows), "\n")
    lines = [json.loads(line) for line in (HERE / "live.jsonl").read_text().splitlines()]
    print(live(lines), "\n")
    print(tails(json.loads((HERE / "tail_rates.json").read_text())), "\n")
    draw(rows)


def tails(rows: list[dict]) -> str:
    """Red checks of the slower calls: of unchanged variants of every kind, and of those with slow calls."""
    found = {
        (row["held to"], row["regime"], row["pairs"], row["work"], row["slow every"], row["times"]): row
        for row in rows
    }
    body = []
    for held_to in dict.fromkeys(row["held to"] for row in rows):
        for regime in REGIMES:
            same = [
                found[held_to, regime, pairs, work.name, 0, 1.0]
                for work in (WHOLE, SHORT)
                for pairs in SCREENS
            ]
            trials = sum(row["trials"] for row in same)
            uneven = [found.get((held_to, regime, pairs, UNEVEN.name, 0, 1.0)) for pairs in SCREENS]
            kinds = ((WHOLE, 8, 1.5), (WHOLE, 8, 2.0), (WHOLE, 8, 4.0), (SHORT, 8, 2.0), (WHOLE, 20, 4.0))
            slow = [found[held_to, regime, 24, work.name, *kind] for work, *kind in kinds]
            body.append(
                [
                    held_to,
                    regime,
                    _of_all(same),
                    _of_all([row for row in uneven if row]),
                    *(_percent(row["failed"], row["trials"]) for row in slow),
                    _percent(sum(row["inconclusive"] for row in same), trials),
                    f"{same[0]['seconds_mean']:.2f} / {same[1]['seconds_mean']:.2f}",
                ]
            )
    heads = [
        "held to",
        "regime",
        "unchanged: red",
        "uneven: red",
        "1 in 8, 1.5 times",
        "2 times",
        "4 times",
        "short, 2 times",
        "1 in 20, 4 times",
        "unchanged: inconclusive",
        "further seconds, mean, of 24 / 60 pairs",
    ]
    return tabulate(body, heads, tablefmt="github", disable_numparse=True)


def _of_all(rows: list[dict]) -> str:
    """How many of their checks are red; nothing where there are none."""
    return f"{sum(row['failed'] for row in rows)} of {sum(row['trials'] for row in rows):,}" if rows else "-"


def replayed(rows: list[dict]) -> str:
    """Red checks of each rule in each regime, by how much slower the variant really is."""
    found = {(row["rule"], row["regime"], row["slower"]): row for row in rows}
    body = []
    for rule in dict.fromkeys(row["rule"] for row in rows):
        for regime in REGIMES:
            same = found[rule, regime, 0.0]
            red = [
                _percent(found[rule, regime, s]["failed"], found[rule, regime, s]["trials"]) for s in SLOWER
            ]
            suites = _percent(same["suites_failed"], same["suites"])
            open_ = _percent(same["inconclusive"], same["trials"])
            seconds = (
                f"{same['seconds_median']:.1f} / {same['seconds_p95']:.1f}" if "seconds_p95" in same else "-"
            )
            body.append([rule, regime, *red, suites, open_, seconds])
    heads = [
        "rule",
        "regime",
        "unchanged",
        "+3 %",
        "+5 %",
        "+10 %",
        "suites of 20",
        "inconclusive",
        "seconds",
    ]
    return tabulate(body, heads, tablefmt="github", disable_numparse=True)


def live(lines: list[dict]) -> str:
    """Live checks by regime and slowdown."""
    body = []
    groups = dict.fromkeys((line["slowdown"], line["margin"], line["regime"]) for line in lines)
    for slowdown, margin, regime in sorted(groups, key=lambda g: (g[0], list(REGIMES).index(g[2]))):
        own = [
            line
            for line in lines
            if (line["slowdown"], line["margin"], line["regime"]) == (slowdown, margin, regime)
        ]
        counts = Counter(line["status"] for line in own)
        _, low, high = share_interval(counts["failed"], len(own))
        screened = sorted(line["seconds"] for line in own if line["status"] == "passed" and not line["turns"])
        confirmed = sum(line["turns"] > 0 for line in own)
        body.append(
            [
                f"+{slowdown:.0%}",
                f"{margin:.0%}",
                regime,
                len({line["session"] for line in own}),
                len(own),
                f"{counts['failed']} [{low:.1%}, {high:.1%}]",
                counts["inconclusive"],
                confirmed,
                f"{screened[len(screened) // 2]:.1f}" if screened else "-",
            ]
        )
    heads = ["slower", "margin", "regime", "sessions", "checks", "red", "inconclusive", "confirmed"]
    return tabulate(body, [*heads, "s, passed in the screen"], tablefmt="github", disable_numparse=True)


def draw(rows: list[dict]) -> None:
    """False alarms against power at +5 %, a colour a rule and a mark a regime."""
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    found = {(row["rule"], row["regime"], row["slower"]): row for row in rows}
    plt.rcParams |= {"svg.hashsalt": "gate", "font.size": 9}
    figure, axes = plt.subplots(figsize=(8.5, 4.6), layout="constrained")
    marks = dict(zip(REGIMES, "o^s", strict=True))
    rules = [rule for rule in dict.fromkeys(row["rule"] for row in rows) if "margin 5%" not in rule]
    for colour, rule in enumerate(rules):
        for regime, mark in marks.items():
            same, slower = found[rule, regime, 0.0], found[rule, regime, 0.05]
            x = 100 * max(same["failed"], 0.5) / same["trials"]
            y = 100 * slower["failed"] / slower["trials"]
            ours = rule.startswith("ours")
            axes.scatter(
                x, y, marker=mark, s=70 if ours else 40, color=f"C{colour}", edgecolor="k" if ours else "none"
            )
        axes.scatter([], [], color=f"C{colour}", label=rule)
    for regime, mark in marks.items():
        axes.scatter([], [], marker=mark, color="none", edgecolor="k", label=regime)
    axes.axvline(0.1, color="grey", lw=0.8, ls=":")
    axes.set(
        xscale="log",
        xlabel="unchanged models called slower, % of checks (none at all is drawn at half of one)",
        ylabel="models 5 % slower called slower, %",
        ylim=(-3, 103),
    )
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)
    figure.savefig(PICTURE, metadata={"Date": None})


def _percent(count: int, of: int) -> str:
    return f"{100 * count / of:.2f} %" if of else "-"


if __name__ == "__main__":
    main()
