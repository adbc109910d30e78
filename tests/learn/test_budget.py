"""Steps, or minutes that become steps."""

from __future__ import annotations

import pytest

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.learn.budget import Budget


def refused() -> float:
    raise AssertionError("nobody needs to know")


def test_steps_go_before_minutes() -> None:
    assert Budget(steps=7, minutes=100).steps_of(refused) == 7
    assert Budget(minutes=2).steps_of(lambda: 0.25) == 480
    assert Budget(minutes=0.01).steps_of(lambda: 60.0) == 1


@pytest.mark.parametrize("given", [{"steps": -1}, {"minutes": 0}, {"minutes": float("nan")}, {"minutes": -3}])
def test_what_is_no_budget_is_refused(given: dict[str, float]) -> None:
    with pytest.raises(VidcompressError, match="is out of range: expected"):
        Budget(**given)  # type: ignore[arg-type]
