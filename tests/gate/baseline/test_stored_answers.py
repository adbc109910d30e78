"""The way from files to answers in a baseline: part by part, recorded run by run, and taken over as latency is."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from pytest_vidcompress.gate.baseline.json_shape import timing_document, timing_entries
from pytest_vidcompress.gate.baseline.leftovers import leftovers
from pytest_vidcompress.gate.baseline.recorded_runs import StoredPairs
from pytest_vidcompress.gate.baseline.stored import Baseline, Stored, StoredTiming
from pytest_vidcompress.gate.baseline.update import Mode, update
from pytest_vidcompress.gate.baseline.update_timings import update_timings
from pytest_vidcompress.gate.judge import judge
from pytest_vidcompress.gate.verdict import Status
from pytest_vidcompress.measure.from_file.from_file import FromFile
from pytest_vidcompress.measure.report import Report
from pytest_vidcompress.untrusted import Malformed
from tests.gate.baseline.recorded_cases import TAKEN_OVER
from tests.gate.reports import changed, from_files, report

PARTS = ("answer", "decode", "backbone", "aggregator")


def measured(found: FromFile | None) -> Report:
    return replace(report(peak_memory_bytes=None), timing=None, from_file=found)


def stored(*ratios: float) -> dict[str, StoredTiming]:
    answers: dict[str, StoredPairs] = {part: StoredPairs() for part in PARTS}
    for seed, ratio in enumerate(ratios):
        run = from_files(math.log(ratio), noise=0.001, seed=seed)
        answers = {part: before.plus(StoredPairs.of(run.pairs(part))) for part, before in answers.items()}
    return {report().name: StoredTiming(test=report().test, answers=answers)}


def test_lines_come_back_as_they_were() -> None:
    entries = stored(1.0, 1.02, 0.99)
    document = json.loads(json.dumps(timing_document(entries)))
    (lines,) = document["variants"].values()
    assert lines["answer_ratio"] == pytest.approx(1.0, rel=1e-3)
    assert len(lines["decode_runs"].split()) == len(lines["backbone_controls"].split()) == 3
    (back,), (before,) = timing_entries(document).values(), entries.values()
    assert [*back.answers] == [*before.answers]
    for part in PARTS:
        assert back.answers[part].runs == pytest.approx(before.answers[part].runs, rel=1e-5)


def test_baselines_of_before_have_none() -> None:
    lines = {"latency_ratio": 0.5, "runs": "0.5 0.51", "test": "a.py::test"}
    (timing,) = timing_entries({"variants": {"a": lines}}).values()
    assert (timing.runs, timing.answers) == ((0.5, 0.51), {})


@pytest.mark.parametrize("field", ["answer_runs", "backbone_runs"])
def test_numbers_that_cannot_be_are_refused(field: str) -> None:
    with pytest.raises(Malformed, match=f"^{field}"):
        timing_entries({"variants": {"a": {field: "-1"}}})


@pytest.mark.parametrize("found", [None, FromFile(absent="no file"), from_files(rounds=1)])
def test_what_says_nothing_is_no_run(found: FromFile | None) -> None:
    assert StoredTiming.of(measured(found)).answers == {}


@TAKEN_OVER
def test_who_records_what(mode: Mode, before: tuple[float, ...], now: float, runs: int, taken: bool) -> None:
    run = measured(from_files(math.log(now), noise=0.001))
    after, changes = update_timings(mode, stored(*before), [run])
    assert [len(after[run.name].answers[part].runs) for part in PARTS] == [runs] * len(PARTS)
    assert [change.metric for change in changes] == [f"{part}_ratio" for part in PARTS] * taken


def test_a_run_without_rounds_forgets_none() -> None:
    before = stored(1.0, 1.0)
    for mode in ("create", "accept", "tighten"):
        after, _ = update_timings(mode, before, [measured(None)])
        assert after[report().name].answers == before[report().name].answers


def test_a_disturbed_run_is_not_recorded_and_that_is_said() -> None:
    run = measured(from_files(disturbed=11))
    after, _ = update_timings("create", stored(1.0), [run])
    assert len(after[run.name].answers["answer"].runs) == 1
    first, *_ = leftovers("create", {}, stored(1.0), [run])
    assert str(first).startswith("int8-dynamic: answer_ratio not recorded: the machine was disturbed: 31% of")


def test_the_work_of_stages_is_stored_beside_the_clips_and_held_to_the_last_one() -> None:
    now = changed(report(), stage_macs={"backbone": 300, "aggregator": 20, "classifier": 10})
    content, _ = update("create", {}, [now])
    assert content[now.name].numbers["backbone_macs"] == 300
    held = Baseline(content[now.name])
    more = changed(report(), stage_macs={"backbone": 299, "aggregator": 21, "classifier": 10})
    found = {each.metric: each.status for each in judge(more, held)}
    assert found["macs"] is found["backbone_macs"] is found["classifier_macs"] is Status.PASSED
    assert found["aggregator_macs"] is Status.FAILED


def test_of_a_model_without_stages_nothing_of_them_is_stored() -> None:
    assert not [name for name in Stored.of(report()).numbers if name.endswith("_macs")]
