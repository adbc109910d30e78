"""What one test measured is found again by its number."""

import copy
import pickle
from dataclasses import replace

import pytest

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.run.ledger import Ledger
from pytest_vidcompress.run.one_test.case import Case
from pytest_vidcompress.run.one_test.measurements import Measurements
from tests.gate.reports import changed, confirmation, report

CASE = Case("test_it.py::test_it[videomae]", "test_it.py::test_it", "videomae")


@pytest.fixture
def ledger():
    return Ledger()


@pytest.fixture
def measurements(ledger):
    return Measurements(CASE, ledger, {})


def test_two_reports_alike_are_two_measurements(measurements, ledger):
    first, second = measurements.add(report(), None), measurements.add(report(), None)
    assert measurements.find(first) is not measurements.find(second)
    measurements.check(second, ())
    assert measurements.unchecked == (first,)
    assert [result.report.identity.number for result in ledger.results] == [1, 2]


def test_a_copy_is_of_the_same_measurement(measurements):
    measured = measurements.add(report(), None)
    for again in (copy.copy(measured), copy.deepcopy(measured), pickle.loads(pickle.dumps(measured))):
        assert measurements.find(again).report == measured


def test_a_report_is_found_after_a_check_added_to_it(measurements):
    measured = measurements.add(report(), None)
    measurements.check(changed(measured, confirmed=confirmation()), ())
    assert measurements.find(measured).report.timing.confirmed is not None


def test_the_reference_may_be_checked_too(measurements):
    reference = measurements.add(report(), None).reference
    assert measurements.find(reference).report == reference
    measurements.check(reference, ())
    assert (measurements.checked, len(measurements.unchecked)) == (1, 1)


def test_a_report_of_another_test_is_refused_by_name(measurements, ledger):
    other = Measurements(replace(CASE, nodeid="test_it.py::test_other[videomae]"), ledger, {})
    with pytest.raises(VidcompressError, match=r"was measured by test_it.py::test_other\[videomae\]: only"):
        measurements.find(other.add(report(), None))
    with pytest.raises(VidcompressError, match="was measured by no test"):
        measurements.find(report())


def test_a_report_that_was_changed_is_refused(measurements):
    measured = measurements.add(report(), None)
    with pytest.raises(VidcompressError, match="is not what vc_measure returned"):
        measurements.find(changed(measured, size_bytes=1))


def test_models_are_let_go_when_the_test_is_over(measurements):
    measured = measurements.add(report(), object())
    measurements.release()
    assert measurements.find(measured).subject is None
