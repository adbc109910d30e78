"""The run of a test: it measures what it said it would, and bad input in it ends in a line of ours."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from ..errors import VidcompressError
from .refusals import SpoiledRun, failures, usage_errors
from .stash import CHECKER, MEASURER


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    try:
        return (yield)
    except SpoiledRun as spoiled:
        with usage_errors(item.config):
            raise VidcompressError(str(spoiled)) from None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    with failures():
        result = yield
    measurer, checker = item.stash.get(MEASURER, None), item.stash.get(CHECKER, None)
    if measurer is not None and not measurer.reports:
        pytest.fail(
            "the test asked for vc_measure and measured nothing: call vc_measure(variant)", pytrace=False
        )
    if item.get_closest_marker("vc_budget") and not (checker and checker.checked):
        pytest.fail(
            "the test has a vc_budget that nothing was held to: call vc_baseline.check(report)", pytrace=False
        )
    return result
