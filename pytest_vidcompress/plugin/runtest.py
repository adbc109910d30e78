"""The run of a test: it measures what it said it would, and bad input in it ends in a line of ours."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from ..errors import VidcompressError
from .refusals import SpoiledRun, failures, usage_errors
from .stash import CHECKER, GRID, MEASUREMENTS, OPTIONS, SESSION
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
        try:
            result = yield
        except (AssertionError, pytest.fail.Exception):
            # It holds a part of the clips to what the whole is meant to be.
            _skip_in_a_shard(item)
            raise
    _skip_in_a_shard(item)
    complaint = _complaint(item)
    if complaint:
        pytest.fail(complaint, pytrace=False)
    return result


def _skip_in_a_shard(item: pytest.Item) -> None:
    """A test that has measured the clips of a shard has done all that it can."""
    share = item.config.stash[OPTIONS].share
    if share and item.stash.get(MEASUREMENTS, None):
        pytest.skip(f"shard {share} is computed; the run over all results judges")


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
