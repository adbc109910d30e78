from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_vidcompress.gate.verdict import Remedy, Status, Verdict
from pytest_vidcompress.present.wording import (
    clips,
    commands,
    could_have_seen,
    failures_kept,
    measured,
    numbers,
    sensitivity,
    sentence,
)
from tests.gate.reports import report
from tests.present.verdicts import BLIND, BUDGET, LATENCY, MACS, SIZE, TOP1

NODE = "test_it.py::test_holds[videomae-fp16]"


def test_an_interval_has_the_unit_once() -> None:
    assert measured(TOP1) == "70.00 % [60.40, 78.11]"
    assert measured(LATENCY) == "1.083 [0.99, 1.175]"
    assert measured(SIZE) == "3,000,001 bytes"


def test_only_the_numbers_that_there_are() -> None:
    assert numbers(BUDGET) == ["measured 0.25", "limit 0.1"]
    assert numbers(replace(BUDGET, measured=None)) == ["measured nothing", "limit 0.1"]


@pytest.mark.parametrize(
    ("verdict", "text"),
    [
        (TOP1, "a drop of 1.9 points"),
        (LATENCY, "+3.1 %"),
        (BLIND, "no drop at all"),
        (replace(LATENCY, visible=BLIND.visible), "no rise at all"),
        (replace(TOP1, metric="top1_drop", rule="budget"), "a drop of 1.9 points"),
        (MACS, ""),
        (replace(MACS, visible=0.01), "+1.0 %"),
    ],
)
def test_could_have_seen(verdict: Verdict, text: str) -> None:
    assert could_have_seen(verdict) == text


def test_a_sentence_has_everything_but_the_reason() -> None:
    assert sentence(LATENCY) == (
        "inconclusive: measured 1.083 [0.99, 1.175], stored 1, limit 1.05, "
        "evidence 24 pairs in 2 processes, p=0.03, could have seen +3.1 %"
    )
    assert sentence(MACS) == "passed: measured 1,000, stored 1,000, limit 1,000"


def test_clips_are_counted_of_how_many() -> None:
    assert clips([report((True,) * 640)]) == "640 clips"
    assert clips([report((True,))]) == "1 clip"
    assert clips([report((True,) * 200, sample=640)]) == "200 of 640 clips"
    assert clips([report((True,) * 640), report((True,) * 176, sample=640)]) == "176 to 640 of 640 clips"


@pytest.mark.parametrize(
    ("bad", "offered"),
    [
        ([SIZE], [("accept it", "--vc-baseline=accept")]),
        ([LATENCY], [("for longer", "--vc-confirm=120")]),
        ([BLIND], [("store it", "--vc-baseline=create")]),
        ([BLIND, LATENCY], [("store it", "--vc-baseline=create"), ("for longer", "--vc-confirm=120")]),
        ([BLIND, SIZE], [("accept it", "--vc-baseline=accept")]),
        ([replace(TOP1, remedy=Remedy.ALL_CLIPS)], [("on all clips", "--vc-all-clips")]),
        ([BUDGET], []),
        ([Verdict("clips", Status.FAILED, 0, None, 1, "no clip was measured")], []),
    ],
)
def test_what_settles_it_is_offered(bad: list[Verdict], offered: list[tuple[str, str]]) -> None:
    first, *second = commands([NODE, "plain"], "--vc-model=videomae", bad)
    typed = f"pytest '{NODE}' plain --vc-model=videomae"
    assert first == ("see it again", typed)
    assert second == [(what, f"{typed} {option}") for what, option in offered]


def test_what_was_sure_early_rules_out_and_does_not_say_what_it_could_have_seen() -> None:
    early = replace(LATENCY, status=Status.PASSED, visible=1.056, ruled_out=0.042)
    assert sensitivity(early) == "rules out +4.2 %"
    assert sentence(early).endswith(", rules out +4.2 %")
    assert sensitivity(LATENCY) == "could have seen +3.1 %"
    assert sensitivity(MACS) == ""


def test_what_is_kept_of_failures_says_how_to_look_at_it() -> None:
    assert failures_kept(["my failures/b", "my failures/a"]) == (
        "2 failures kept for another machine: vidcompress show 'my failures'"
    )
    assert failures_kept([]) == ""
