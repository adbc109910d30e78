from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.gate.budget import Certainty, Margins
from pytest_vidcompress.gate.latency.error_budget import ErrorBudget

WIDE = Margins(sure=Certainty(latency_alpha=1.0, family_alpha=0.05))


def test_holm_steps_down() -> None:
    family, allowed = ErrorBudget(4, WIDE), list[float]()
    for _ in range(4):
        allowed.append(family.alpha)
        family.reject(1)
    assert allowed == pytest.approx([0.05 / 4, 0.05 / 3, 0.05 / 2, 0.05])


def test_a_check_that_held_gives_nothing_away() -> None:
    family = ErrorBudget(4, WIDE)
    family.reject(0)
    assert family.alpha == pytest.approx(0.05 / 4)


def test_one_check_never_has_more_than_its_own() -> None:
    margins = Margins()
    assert ErrorBudget(1, margins).alpha == margins.sure.latency_alpha
    assert ErrorBudget(1000, margins).alpha == pytest.approx(margins.sure.family_alpha / 1000)


@pytest.mark.parametrize("checks", [0, 1])
def test_more_failures_than_checks_are_no_error(checks: int) -> None:
    """A test may check several reports, and a helper may check what nobody planned."""
    family = ErrorBudget(checks, WIDE)
    family.reject(3)
    assert family.alpha == pytest.approx(0.05)


@given(st.integers(1, 200), st.lists(st.integers(0, 3), max_size=20))
def test_true_checks_share_what_the_family_may_err(checks: int, failures: list[int]) -> None:
    family = ErrorBudget(checks, Margins())
    for count in failures:
        before = family.alpha
        family.reject(count)
        assert family.alpha >= before
    left = max(1, checks - sum(failures))
    assert family.alpha * left <= family.margins.sure.family_alpha * (1 + 1e-9)
