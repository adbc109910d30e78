from __future__ import annotations

import json
import re
from pathlib import Path

from benchmarks.gate.clip_cost_rates import NOISES, RESULTS, RISES

PAGE = (Path(__file__).parents[2] / "docs" / "gate.md").read_text(encoding="utf-8")


def test_the_page_shows_what_was_simulated() -> None:
    found = json.loads(RESULTS.read_text())
    rows = {(row["noise"], row["rise"]): row for row in found["rows"] if row["clips"] == 100}
    table = PAGE[PAGE.index(f"red of {found['runs']:,} runs") :].splitlines()[2 : 3 + len(NOISES)]
    assert len(rows) == len(table) * len(RISES)
    for line, noise in zip(table, (0.0, *NOISES), strict=True):
        for cell, rise in zip(line.strip("| ").split(" | ")[1:], RISES, strict=True):
            row = rows[noise, rise]
            red, unsure = (float(part) for part in re.findall(r"[\d.]+", cell))
            assert abs(100 * row.get("failed", 0.0) - red) <= 0.5
            assert abs(100 * row.get("inconclusive", 0.0) - unsure) <= 0.5
