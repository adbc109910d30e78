"""What is said of the way from file to answer, whole and in parts, beside recorded runs and under a budget."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from pytest_vidcompress.gate.baseline.recorded_runs import StoredPairs
from pytest_vidcompress.gate.baseline.stored import Baseline, StoredTiming
from pytest_vidcompress.gate.budget import Budget, Margins
from pytest_vidcompress.gate.judge import judge
from pytest_vidcompress.gate.latency.answer_rule import stopping_rounds, stored_part
from pytest_vidcompress.gate.verdict import Remedy, Status, Verdict
from pytest_vidcompress.measure.from_file.from_file import FromFile
from tests.gate.reports import changed, from_files, report

PARTS = ("answer", "decode", "backbone", "aggregator")
RUNS = tuple(from_files(seed=seed) for seed in range(100, 103))


def baseline(runs: tuple[FromFile, ...] = RUNS) -> Baseline:
    stored: dict[str, StoredPairs] = {part: StoredPairs() for part in PARTS}
    for run in runs:
        stored = {part: whole.plus(StoredPairs.of(run.pairs(part))) for part, whole in stored.items()}
    return Baseline(timing=StoredTiming(answers=stored))


def verdicts(
    found: FromFile | None, held_to: Baseline | None = None, budget: Budget | None = None
) -> dict[str, Verdict]:
    """By metric; of a metric with a budget, that one."""
    held_to = baseline() if held_to is None else held_to
    given = judge(replace(report(), from_file=found), held_to, budget)
    return {each.metric: each for each in given if each.metric.removesuffix("_ratio") in PARTS}


@pytest.mark.parametrize("seed", range(10))
def test_as_ever_passes_and_30_percent_longer_is_red_in_every_part(seed: int) -> None:
    assert {each.status for each in verdicts(from_files(seed=seed)).values()} == {Status.PASSED}
    slower = verdicts(from_files(math.log(1.3), seed=seed))
    assert [*slower] == [f"{part}_ratio" for part in PARTS]
    assert {each.status for each in slower.values()} == {Status.FAILED}
    assert {each.remedy for each in slower.values()} == {Remedy.ACCEPT}
    assert slower["answer_ratio"].measured == pytest.approx(1.3, rel=0.03)


def test_parts_are_held_apart_and_the_whole_says_which_grew() -> None:
    found = verdicts(from_files(noise=0.001, decode_s=0.06))
    statuses = {name: each.status for name, each in found.items()}
    assert statuses.pop("answer_ratio") is statuses.pop("decode_ratio") is Status.FAILED
    assert set(statuses.values()) == {Status.PASSED}
    assert found["decode_ratio"].reason == "slower to decode than 3 recorded runs plus 10%"
    assert found["answer_ratio"].reason == (
        "slower from file to answer than 3 recorded runs plus 10%: decode takes 2.00 times the reference's"
        f" ({stored_part(baseline(), 'decode').ratio:.2f} stored), backbone takes 1.00 times the reference's"
        f" ({stored_part(baseline(), 'backbone').ratio:.2f} stored), aggregator takes 1.00 times the reference's"
        f" ({stored_part(baseline(), 'aggregator').ratio:.2f} stored), classifier takes 1.00 times the reference's"
    )


def test_a_saving_of_one_part_hides_no_loss_of_another() -> None:
    quick = from_files(noise=0.001, decode_s=0.01)
    slow = replace(
        quick,
        variant=tuple(replace(each, stages_s={**each.stages_s, "backbone": 0.06}) for each in quick.variant),
    )
    found = verdicts(slow)
    assert found["answer_ratio"].status is Status.PASSED
    assert found["backbone_ratio"].status is Status.FAILED


def test_within_its_margin_nothing_is_red() -> None:
    found = judge(
        replace(report(), from_file=from_files(math.log(1.3))), baseline(), margins=Margins(answer=0.5)
    )
    assert {each.status for each in found if each.metric.removesuffix("_ratio") in PARTS} == {Status.PASSED}


def test_what_no_run_is_recorded_of_is_new() -> None:
    found = verdicts(from_files(), Baseline())
    assert {(each.status, each.remedy) for each in found.values()} == {(Status.NEW, Remedy.CREATE)}
    two = verdicts(from_files(), baseline(RUNS[:2]))["answer_ratio"]
    assert two.reason == "2 of 3 runs were recorded on this machine class"


def test_what_was_not_asked_for_is_not_judged() -> None:
    assert verdicts(None) == {}


def test_a_stage_that_does_not_show_is_nothing_new_and_in_doubt_where_it_is_stored() -> None:
    hidden = from_files(stages=False)
    assert [*verdicts(hidden, Baseline())] == ["answer_ratio", "decode_ratio"]
    doubt = verdicts(hidden)["backbone_ratio"]
    assert (doubt.status, doubt.measured) == (Status.INCONCLUSIVE, None)
    assert doubt.reason == "what runs does not show its backbone"


def test_what_has_no_file_keeps_no_budget() -> None:
    absent = FromFile(absent="its clips are no files")
    assert verdicts(absent, Baseline()) == {}
    assert verdicts(absent)["answer_ratio"].status is Status.INCONCLUSIVE, "it was stored"
    broken = verdicts(absent, Baseline(), Budget({"answer_ratio": 0.7}))["answer_ratio"]
    assert (broken.status, broken.rule, broken.limit) == (Status.FAILED, "budget", pytest.approx(0.7))
    assert broken.reason == "not timed from file to answer: its clips are no files"


def test_a_budget_on_what_was_not_timed_is_not_decided() -> None:
    found = verdicts(None, Baseline(), Budget({"decode_ratio": 0.7}))["decode_ratio"]
    assert (found.status, found.reason) == (
        Status.INCONCLUSIVE,
        "not timed from file to answer in this run",
    )


@pytest.mark.parametrize(
    ("ratio", "status"),
    [(0.6, Status.PASSED), (0.72, Status.INCONCLUSIVE), (0.9, Status.FAILED)],
)
def test_a_budget_allows_what_one_process_may_lie_beside_the_next(ratio: float, status: Status) -> None:
    found = verdicts(from_files(math.log(ratio), noise=0.005), Baseline(), Budget({"answer_ratio": 0.7}))
    assert found["answer_ratio"].status is status


def test_rounds_end_when_every_part_is_decided_and_not_before() -> None:
    decided = stopping_rounds(baseline(), None, Margins(), 0.001)
    whole = from_files(rounds=40, noise=0.01)
    parts = (
        replace(whole, variant=whole.variant[:n], reference=whole.reference[:n]) for n in range(2, 41, 2)
    )
    taken = (len(seen.variant) for seen in parts if decided(seen))
    assert 4 <= next(taken) < 20


def test_rounds_that_are_held_to_nothing_go_on() -> None:
    assert not stopping_rounds(Baseline(), None, Margins(), 0.001)(from_files(rounds=40))


def test_the_work_of_each_stage_is_held_exactly() -> None:
    macs = {"backbone": 300, "aggregator": 20, "classifier": 10}
    held = Baseline(stored=None)
    given = judge(changed(report(), stage_macs=macs), held)
    assert [each.metric for each in given if each.metric in {f"{stage}_macs" for stage in macs}] == [
        "backbone_macs",
        "aggregator_macs",
        "classifier_macs",
    ]
    assert not [each for each in judge(report(), held) if each.metric == "backbone_macs"]
