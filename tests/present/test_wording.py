from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_vidcompress.gate.verdict import Status, Verdict
from pytest_vidcompress.present.wording import clips, commands, could_have_seen, measured, numbers, sentence
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
    ("bad", "verb"),
    [
        ([SIZE], "accept"),
        ([LATENCY], "accept"),
        ([BLIND], "create"),
        ([BLIND, SIZE], "accept"),
        ([BUDGET], None),
        ([Verdict("clips", Status.FAILED, 0, None, 1, "no clip was measured")], None),
        ([replace(SIZE, measured=None)], None),
    ],
)
def test_what_can_be_stored_is_offered(bad: list[Verdict], verb: str | None) -> None:
    first, *second = commands([NODE, "plain"], "--vc-model=videomae", bad)
    typed = f"pytest '{NODE}' plain --vc-model=videomae"
    assert first == ("see it again", typed)
    assert [command for _, command in second] == ([f"{typed} --vc-baseline={verb}"] if verb else [])
