"""How the learning rate goes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.learn.schedule import MOST_WARM_UP, learning_rate


@given(st.integers(1, 5000), st.floats(1e-6, 1.0))
def test_it_grows_to_its_peak_and_falls_from_there(steps: int, peak: float) -> None:
    rates = [learning_rate(step, steps, peak) for step in range(steps)]
    top = rates.index(max(rates))
    assert rates[: top + 1] == sorted(rates[: top + 1])
    assert rates[top:] == sorted(rates[top:], reverse=True)
    assert min(rates) > 0
    assert max(rates) == pytest.approx(peak)
    assert top <= min(max(1, round(0.1 * steps)), MOST_WARM_UP)


def test_half_way_down_it_is_half() -> None:
    assert learning_rate(550, 1000, 2.0) == 1.0
    assert learning_rate(0, 1000, 2.0) == 0.02
