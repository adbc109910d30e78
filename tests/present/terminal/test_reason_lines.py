from __future__ import annotations

from dataclasses import replace
from typing import Any

from pytest_vidcompress.gate.verdict import Remedy, Result, Status, Verdict, stored_now
from pytest_vidcompress.present.outcome import Outcome
from pytest_vidcompress.present.terminal.reason_lines import LONGEST_NAME, MOST_TESTS, reason_lines
from tests.gate.reports import report
from tests.present.verdicts import BLIND, LATENCY, MACS, SIZE

TIME_NEW = Verdict("latency_ratio", Status.NEW, 0.9, None, None, "no run was recorded", remedy=Remedy.CREATE)
MEMORY_NEW = replace(TIME_NEW, metric="peak_memory_bytes", reason="nothing is stored")


def result(name: str, *verdicts: Verdict, **changes: Any) -> Result:
    return Result(report(name=name, **changes), verdicts, f"test_it.py::test_holds[{name}]")


def texts(*results: Result) -> list[str]:
    outcome = Outcome(results, command="pytest benchmarks -x", options="--vc-seed=1")
    return [line.text for line in reason_lines(outcome)]


def test_new_says_why_and_what_to_type() -> None:
    assert texts(result("fp16", MACS, replace(TIME_NEW, visible=None))) == [
        "time new, 1 variant: fp16",
        "  latency_ratio: no run was recorded",
        "  store it: pytest 'test_it.py::test_holds[fp16]' --vc-seed=1 --vc-baseline=create",
    ]


def test_a_run_that_stores_what_is_new_asks_for_nothing() -> None:
    assert texts(result("fp16", MACS, stored_now(TIME_NEW))) == [
        "time new, 1 variant: fp16",
        "  latency_ratio: no run was recorded; this run stores it, if it passes",
    ]


def test_what_was_not_measured_has_no_numbers() -> None:
    lines = texts(result("fp16", replace(LATENCY, measured=None, interval=None, reason="not timed")))
    assert lines[:2] == ["inconclusive, 1 variant: fp16", "  latency_ratio: not timed"]
    assert "measured" not in "".join(lines)


def test_inconclusive_says_why_with_its_numbers_and_comes_first() -> None:
    lines = texts(result("fp16", BLIND), result("fuse", LATENCY, MACS))
    assert lines[:5] == [
        "inconclusive, 1 variant: fuse",
        "  latency_ratio: slower than the recorded run plus 5%, but this may be noise",
        "  latency_ratio: measured 1.083 [0.99, 1.175], stored 1, limit 1.05, 24 pairs in 2 processes, p=0.03",
        "  for longer: pytest 'test_it.py::test_holds[fuse]' --vc-seed=1 --vc-confirm=120",
        "",
    ]
    assert lines[5] == "new, 1 variant: fp16"
    statuses = [line.status for line in reason_lines(Outcome([result("fuse", LATENCY)]))]
    assert set(statuses) == {Status.INCONCLUSIVE}


def test_what_many_share_is_said_once_with_the_command_of_the_run() -> None:
    new = [result(f"prune-global:amount=0.{n}", MACS, TIME_NEW, MEMORY_NEW) for n in range(MOST_TESTS + 1)]
    assert texts(*new) == [
        "time new, 4 variants: prune-global:amount=0.0, prune-global:amount=0.1, prune-global:amount=0.2, …",
        "  latency_ratio: no run was recorded",
        "  peak_memory_bytes: nothing is stored",
        "  store it: pytest benchmarks -x --vc-baseline=create",
    ]
    doubtful = [result(f"v{n}", LATENCY) for n in range(MOST_TESTS + 1)]
    assert texts(*doubtful)[-1] == "  for longer: pytest benchmarks -x --vc-confirm=120"
    unsettled = [result(f"v{n}", replace(LATENCY, remedy=Remedy.NONE)) for n in range(MOST_TESTS + 1)]
    assert texts(*unsettled)[-1] == "  see it again: pytest benchmarks -x"
    assert texts(unsettled[0])[-1] == "  see it again: pytest 'test_it.py::test_holds[v0]' --vc-seed=1"


def test_metrics_of_one_reason_stand_together() -> None:
    lines = texts(result("fp16", BLIND, replace(BLIND, metric="top1")), result("fuse", BLIND))
    assert "  agreement, top1: nothing is stored" in lines
    assert "new, 1 variant: fuse" in lines


def test_models_are_named_where_there_are_several() -> None:
    lines = texts(result("fp16", BLIND), result("fp16", BLIND, model="videomae"))
    assert lines[0] == "new, 2 variants: fp16 of timesformer, fp16 of videomae"


def test_what_failed_or_passed_or_was_not_checked_needs_no_reason_here() -> None:
    assert texts(result("fp16", SIZE, LATENCY), result("fuse", MACS), result("mine")) == []


def test_of_what_is_inconclusive_in_time_the_rest_may_be_new() -> None:
    text = "\n".join(line.text for line in reason_lines(Outcome([Result(report(), (LATENCY, BLIND))])))
    assert LATENCY.reason in " ".join(text.split())
    assert f"agreement: {BLIND.reason}" in text
    assert "--vc-baseline=create" in text


def test_in_one_block_a_reason_says_whose_it_is_as_far_as_there_is_room() -> None:
    results = [result("fp16", TIME_NEW), result(f"fuse+{'x' * 150}+fp32", TIME_NEW, MEMORY_NEW)]
    lines = [line.text for line in reason_lines(Outcome(results), by_variant=False)]
    assert "  latency_ratio: no run was recorded" in lines
    place = lines.index("  peak_memory_bytes: nothing is stored")
    whose = lines[place + 1].strip()
    assert whose.startswith("(fuse+xxx")
    assert whose.endswith("xxx+fp32)")
    assert len(whose) == len("()") + LONGEST_NAME
