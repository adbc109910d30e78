"""Cold starts as they are shown: two rows a variant, and a line on what has none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_vidcompress.gate.verdict import Result
from pytest_vidcompress.measure.start.cold_start import Start
from pytest_vidcompress.present.start_lines import start_json, start_lines
from tests.gate.reports import cold_starts, report


def test_a_variant_stands_beside_its_reference_by_parts() -> None:
    started = replace(report(), start=cold_starts(noise=0.0, first_call_s=0.2))
    lines = [line.split() for line in start_lines([Result(started)])]
    assert lines[2] == ["int8-dynamic", "100", "50", "200", "350", "440", "40"]
    assert lines[3] == ["its", "reference", "100", "50", "100", "250", "440", "40"]


def test_what_was_not_started_has_no_lines() -> None:
    assert start_lines([Result(report())]) == []
    assert start_json(report()) == {}


def test_what_has_no_start_says_why() -> None:
    absent = replace(report(), start=Start(absent="it holds a lock"))
    assert start_lines([Result(absent)]) == ["int8-dynamic: no cold start to measure: it holds a lock"]
    assert start_json(absent) == {"start": {"absent": "it holds a lock"}}


def test_files_have_the_parts_in_seconds() -> None:
    start = start_json(replace(report(), start=cold_starts(noise=0.0)))["start"]
    assert start["total_s"] == pytest.approx(0.25)
    assert start["reference"]["load_s"] == pytest.approx(0.1)
    assert (start["pairs"], start["own_resident_bytes"]) == (12, 40_000_000)
