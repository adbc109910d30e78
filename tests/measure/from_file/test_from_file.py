"""What rounds from files to answers say: the ratio of all of it, of each part, and clips a second."""

from __future__ import annotations

import math

import pytest

from pytest_vidcompress.measure.from_file.from_file import FromFile, Round, clips_per_s, seconds_of
from tests.gate.reports import from_files


def test_a_round_is_the_sum_of_decoding_and_model() -> None:
    one = Round(0.1, 0.3, {"backbone": 0.2})
    assert [one.seconds(part) for part in ("answer", "decode", "model", "backbone", "aggregator")] == [
        pytest.approx(0.4),
        *(0.1, 0.3, 0.2, None),
    ]


def test_every_part_has_a_ratio_of_its_own() -> None:
    found = from_files(noise=0.0, decode_s=0.003)
    assert found.ratio() == pytest.approx(0.73)
    assert found.ratio("decode") == pytest.approx(0.1)
    assert found.ratio("backbone") == pytest.approx(1.0)
    assert found.stages == ("backbone", "aggregator", "classifier")


def test_a_part_that_one_arm_hides_has_no_ratio_but_the_seconds_of_the_other() -> None:
    found = from_files(noise=0.0, stages=False)
    assert (found.ratio("backbone"), found.seconds("backbone")) == (None, None)
    assert found.reference_seconds("backbone") == pytest.approx(0.04)
    assert found.stages == ("backbone", "aggregator", "classifier")


def test_rounds_that_a_neighbour_disturbed_do_not_count() -> None:
    found = from_files(math.log(1.3), disturbed=4)
    assert len(found.pairs().log_ratios) == 12
    assert found.ratio() == pytest.approx(1.3, rel=0.03)


def test_clips_a_second_are_of_the_median_round() -> None:
    rounds = [Round(0.1, 0.1), Round(0.1, 0.3), Round(0.1, 0.1)]
    assert (seconds_of(rounds), clips_per_s(rounds)) == (pytest.approx(0.2), pytest.approx(5))
    assert clips_per_s([]) is None


def test_what_has_no_file_has_nothing_else() -> None:
    absent = FromFile(absent="its clips are no files")
    assert (absent.ratio(), absent.seconds(), absent.stages, absent.pairs().variant_s) == (None, None, (), ())
