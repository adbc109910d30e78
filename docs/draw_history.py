"""`python -m docs.draw_history`: the pictures of docs/history.md, of the page of a made history of 200 commits.

Planted are a step of 6 %, which was accepted, and a drift of 4 % over twenty commits, which no run was red for.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha1
from random import Random

from docs.draw_page import Shot, draw
from pytest_vidcompress.gate.history.series import Key, Mark, Observation, Series
from pytest_vidcompress.gate.history.trends import trends
from pytest_vidcompress.present.html.history_page import history_page

COMMITS, STEP, DRIFT = 200, 120, 60
NOISE = 0.004
"""Of a run: that of half of the variants of this repository."""
MARGIN = 0.05
SHOTS: tuple[Shot, ...] = (
    ("changes", "light", 1280, 700, "header"),
    ("commits", "dark", 1280, 560, "figure[data-name='commits-latency-ratio']"),
)


def times(variant: str, level: Callable[[int], float], *marks: Mark) -> Series:
    """Ratios of a run a commit, around a level."""
    random = Random(variant)
    key = Key("pocket", "videomae", "trained", variant, "latency_ratio", "amd-epyc-2t-torch2.13", "runs")
    seen = [
        Observation(place, level(place) * (1 + random.gauss(0, NOISE)), level(place - 1) * (1 + MARGIN))
        for place in range(COMMITS)
    ]
    return Series(key, seen, marks, level(COMMITS))


def made() -> list[Series]:
    size = Key("pocket", "videomae", "trained", "int8-dynamic", "size_bytes")
    smaller = Mark(150, "tighten", 1_590_000, 1_420_000)
    return [
        times("fuse", lambda _: 0.83),
        times("int8-dynamic", lambda place: 0.72 * (1 + 0.04 * min(1.0, max(0.0, (place - DRIFT) / 20)))),
        times(
            "fp16",
            lambda place: 0.95 * (1.06 if place >= STEP else 1),
            Mark(STEP, "accept", 0.95, 0.95 * 1.06),
        ),
        Series(size, [Observation(0, 1_590_000), Observation(150, 1_420_000)], [smaller], 1_420_000),
    ]


def main() -> None:
    commits = [
        (sha1(str(place).encode()).hexdigest(), 1_767_225_600 + 86_400 * place, f"Work of day {place + 1}")
        for place in range(COMMITS)
    ]
    draw(history_page(commits, trends(made())), "history", SHOTS)


if __name__ == "__main__":
    main()
