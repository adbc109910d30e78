"""One entry cannot be of two things that two tests call alike."""

import pytest

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.gate.baseline.conflict import refuse_conflicts
from pytest_vidcompress.measure.report import Report
from tests.gate.reports import ranked, report, searching

RIGHT = (True,) * 20
ONE = report(RIGHT, nodeid="a.py::test_it[rough]", test="a.py::test_it")
OTHER = {"nodeid": "a.py::test_it[fine]", "test": "a.py::test_it"}


def test_the_same_measured_twice_is_one_entry() -> None:
    refuse_conflicts([ONE, report(RIGHT, **OTHER), report((False,) * 20, name="another", **OTHER)])


def test_one_that_searches_and_one_that_does_not_are_one_entry() -> None:
    refuse_conflicts([ONE, searching(report(RIGHT, **OTHER))])


def test_two_searches_that_differ_are_refused() -> None:
    with pytest.raises(VidcompressError, match="their recall_at_1 differ"):
        refuse_conflicts([searching(ONE), searching(report(RIGHT, **OTHER), (0.0,) * 20)])


@pytest.mark.parametrize(
    ("other", "metric"),
    [
        (report((False, *RIGHT[1:]), **OTHER), "top1"),
        (ranked(report(RIGHT, **OTHER)), "gap"),
        (report(RIGHT, size_bytes=1, **OTHER), "size_bytes"),
        (report(RIGHT, macs=None, **OTHER), "macs"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_differs_is_refused_by_both_tests_and_the_metric(other: Report, metric: str) -> None:
    with pytest.raises(
        VidcompressError,
        match=rf"test_it\[rough\] and a.py::test_it\[fine\] both measure .*, and their {metric} differ: give each",
    ):
        refuse_conflicts([ONE, other])
