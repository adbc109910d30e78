"""What becomes of the recorded runs in each mode, whatever their ratio is of."""

from __future__ import annotations

import pytest

from pytest_vidcompress.gate.baseline.recorded_runs import MOST_RUNS

TAKEN_OVER = pytest.mark.parametrize(
    ("mode", "before", "now", "runs", "taken"),
    [
        ("create", (1.0,), 1.02, 2, True),
        ("create", (1.0,), 1.3, 1, False),
        ("accept", (1.0, 1.01), 1.3, 1, True),
        ("accept", (1.0, 1.01), 1.02, 2, False),
        ("tighten", (1.0, 1.01), 0.7, 1, True),
        ("tighten", (1.0, 1.01), 0.99, 2, False),
        ("create", (1.0,) * MOST_RUNS, 1.0, MOST_RUNS, False),
    ],
)
"""Ratios of the recorded runs and of a further one -> recorded runs afterwards, and whether any was taken over."""
