from __future__ import annotations

import copy
import math
import pickle
from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.measure.interval import Estimate
from tests.gate.reports import changed, report

numbers = st.floats(allow_nan=False)


@given(numbers, numbers, numbers, st.integers(2, pickle.HIGHEST_PROTOCOL))
def test_an_estimate_keeps_its_interval(value: float, low: float, high: float, protocol: int) -> None:
    estimate = Estimate(value, low, high)
    for again in (
        pickle.loads(pickle.dumps(estimate, protocol)),
        copy.copy(estimate),
        copy.deepcopy(estimate),
    ):
        assert isinstance(again, Estimate)
        assert (again, again.interval) == (value, (low, high))


def test_an_estimate_is_a_number() -> None:
    estimate = Estimate(0.9, 0.8, 0.95)
    assert estimate >= Estimate(0.92) - 0.02
    assert type(estimate - 0.1) is float
    assert f"{estimate:.2f}" == "0.90"
    assert Estimate(0.5).interval == (0.5, 0.5)
    assert math.isnan(Estimate(math.nan, 0, 1))


def test_ratios_are_to_the_reference() -> None:
    made = report()
    assert made.size_ratio == 0.25
    assert made.macs_ratio == 1
    assert made.memory_ratio == 0.5
    assert made.reference is not None
    assert made.reference.size_ratio is None
    better = changed(made, top1=Estimate(0.95))
    assert better.top1_drop == pytest.approx(-0.05)
    assert changed(made, top1=Estimate(0.7)).top1_drop == pytest.approx(0.2)
    assert made.reference.top1_drop == 0


def test_what_cannot_be_known_has_no_ratio() -> None:
    unknown = changed(report(), size_bytes=None, macs=None, peak_memory_bytes=None)
    assert unknown.size_ratio is unknown.macs_ratio is unknown.memory_ratio is None
    assert unknown.reference is not None
    no_macs = changed(report(), reference=changed(unknown.reference, macs=None))
    assert no_macs.macs_ratio is None


def test_the_row_says_what_people_read() -> None:
    made = report()
    assert str(made) == (
        "timesformer int8-dynamic: top-1 90.0 %, agreement 95.0 %, 3.00 MB (x0.250), sparsity 20.00 %,"
        f" 50.0 ms a clip (x{made.latency_ratio:.3f}) on 100 clips"
    )
    assert "\n" not in str(made)


def test_the_row_leaves_out_what_is_not_known() -> None:
    bare = changed(report(), size_bytes=None, sparsity=None, latency=None, latency_ratio=None)
    assert str(bare) == "timesformer int8-dynamic: top-1 90.0 %, agreement 95.0 % on 100 clips"
    assert "sparsity" not in str(changed(report(), sparsity=0.0))


def test_a_report_is_frozen_and_survives_a_worker() -> None:
    made = report()
    with pytest.raises(FrozenInstanceError):
        made.top1 = Estimate(1.0)  # type: ignore[misc]
    again = pickle.loads(pickle.dumps(made))
    assert again == made
    assert again.top1.interval == made.top1.interval
    assert again.reference.top1 == 0.9


def test_the_sample_is_what_was_measured_unless_it_was_larger() -> None:
    assert report().identity.sample == report().clips == 100
    assert report(sample=1000).identity.sample == 1000


def test_top1_as_a_share_of_the_reference() -> None:
    made = report((True,) * 45 + (False,) * 55)
    assert made.top1_ratio == pytest.approx(0.5)
    assert changed(made, reference=None).top1_ratio == 1
    assert made.reference is not None
    assert changed(made, reference=changed(made.reference, top1=Estimate(0.0))).top1_ratio is None
