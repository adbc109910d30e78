from __future__ import annotations

import math
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.gate.statistics import mcnemar, smallest_visible_drop

counts = st.integers(0, 60)


def test_mcnemar_known_values() -> None:
    assert mcnemar(0, 0) == 1
    assert mcnemar(7, 0) == pytest.approx(2**-7)
    assert mcnemar(14, 2) == pytest.approx((120 + 16 + 1) / 2**16)


@given(counts, counts)
def test_more_losses_are_less_likely_chance(lost: int, gained: int) -> None:
    assert mcnemar(lost + 1, gained) <= mcnemar(lost, gained) + 1e-12
    assert mcnemar(lost, gained + 1) >= mcnemar(lost, gained) - 1e-12


@given(st.integers(1, 500), st.sampled_from([0.05, 0.01, 0.001]))
def test_smallest_visible_drop_is_the_smallest(clips: int, alpha: float) -> None:
    drop = smallest_visible_drop(clips, alpha)
    if math.isinf(drop):
        assert mcnemar(clips, 0) > alpha
    else:
        lost = round(drop * clips)
        assert mcnemar(lost, 0) <= alpha < mcnemar(lost - 1, 0)


def test_gate_imports_nothing_heavy() -> None:
    code = (
        "import sys, pytest_vidcompress.gate.judge;"
        "import pytest_vidcompress.gate.files, pytest_vidcompress.gate.update;"
        "print([m for m in ('scipy', 'numpy', 'torch', 'pytest', 'filelock') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
