"""Ratios that are stored and were not measured: whose, and what measures them."""

from __future__ import annotations

import pytest

from pytest_vidcompress.present.unmeasured_lines import unmeasured_lines


def test_what_is_stored_and_was_not_measured_is_named() -> None:
    ((title, names),) = unmeasured_lines({("start_ratio", "b of x"), ("start_ratio", "a of x")})
    assert title == "start_ratio of 2 variants is stored and was not measured (--vc-start=16 does):"
    assert names == "  a of x, b of x"


def test_each_ratio_has_lines_of_its_own() -> None:
    unmeasured = {("answer_ratio", "fp16 of videomae"), ("start_ratio", "fp32 of videomae")}
    start, (first, second) = unmeasured_lines(unmeasured)
    assert start[1] == "  fp32 of videomae"
    assert first == "answer_ratio of 1 variant is stored and was not measured (--vc-answer=16 does):"
    assert second == "  fp16 of videomae"


def test_where_all_was_measured_nothing_is_said() -> None:
    assert [*unmeasured_lines(())] == []


@pytest.mark.parametrize("width", [80, 100])
def test_lines_fit(width: int) -> None:
    long = "frames:keep=6+distil:temperature=2,steps=3000+int8-static:calibration=64@openvino"
    (lines,) = unmeasured_lines([("answer_ratio", f"{long} of model{each}") for each in range(3)], width)
    assert max(map(len, lines)) <= width
