"""The run of a test: it measures what it said it would, and bad input in it ends in a line of ours."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from ..errors import VidcompressError
from .refusals import SpoiledRun, failures, usage_errors
from .stash import CHECKER, GRID, MEASUREMENTS, SESSION
from .terminal import shows


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    session = item.config.stash.get(SESSION, None)
    try:
        with shows(item, session.ledger.planned if session else ()):
            return (yield)
    except SpoiledRun as spoiled:
        with usage_errors(item.config):
            raise VidcompressError(str(spoiled)) from None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    with failures():
        result = yield
    complaint = _complaint(item)
    if complaint:
        pytest.fail(complaint, pytrace=False)
    return result


def _complaint(item: pytest.Item) -> str:
    """Why a test that passed has not shown what it set out to show; empty where it has."""
    measurements, checker = item.stash.get(MEASUREMENTS, None), item.stash.get(CHECKER, None)
    if measurements is not None and not measurements:
        return "the test asked for vc_measure and measured nothing: call vc_measure(variant)"
    if checker is not None:
        return checker.complaint
    grid = item.stash.get(GRID, None)
    if grid is not None:
        return "" if grid.measured else "the test asked for vc_grid and measured nothing: call vc_grid()"
    if item.get_closest_marker("vc_budget"):
        return "the test has a vc_budget that nothing was held to: call vc_baseline.check(report)"
    return ""
