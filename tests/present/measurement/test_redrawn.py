from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_vidcompress.gate.baseline.stored import Baseline, Stored, StoredTiming
from pytest_vidcompress.gate.budget import Budget
from pytest_vidcompress.gate.judge import judge
from pytest_vidcompress.gate.verdict import Result
from pytest_vidcompress.measure.cost.coverage import Coverage, LayerPrecision
from pytest_vidcompress.measure.report import Report
from pytest_vidcompress.present.formats.run_facts import RunFacts
from pytest_vidcompress.present.measurement.flips import MOST_FLIPS
from pytest_vidcompress.present.measurement.redrawn import MOST_CALLS, redrawn
from tests.gate.reports import changed, pair_times, report
from tests.present.formats.test_run_json import FACTS
from tests.present.terminal.test_class_lines import by_class


def facts(**changes: object) -> RunFacts:
    return replace(FACTS, path_of=lambda clip: f"val/{clip}.mp4", **changes)  # type: ignore[arg-type]


def test_a_verdict_has_all_its_numbers_and_words() -> None:
    now = report((True,) * 60 + (False,) * 40)
    baseline = Baseline(Stored.of(report()), None, (), "timesformer.json")
    found = redrawn(Result(now, judge(now, baseline, Budget({"size_bytes": 1}))), None)
    top1 = next(each for each in found["verdicts"] if each["metric"] == "top1")
    assert (top1["status"], top1["rule"], top1["file"]) == ("failed", "baseline", "timesformer.json")
    assert (top1["measured"], top1["stored"]) == (0.6, 0.9)
    assert "30 lost" in top1["evidence"]
    assert top1["why"] in top1["said"] or top1["evidence"] in top1["said"]
    budget = next(each for each in found["verdicts"] if each["rule"] == "budget")
    assert (budget["metric"], budget["limit"]) == ("size_bytes", 1)
    assert found["budgets"] == {"size_bytes": 1}


def test_a_clip_that_flipped_says_what_it_is_and_what_either_says_of_it() -> None:
    found = redrawn(Result(by_class(3, 2, {1: 1})), facts())["flips"]
    assert found == [
        {
            "clip": found[0]["clip"],
            "label": "class 1",
            "reference": "class 1",
            "variant": "class 2",
            "gained": False,
            "file": f"val/{found[0]['clip']}.mp4",
        }
    ]


def test_lost_clips_come_first_and_no_more_are_written_than_a_page_can_show() -> None:
    outcomes = (False,) * 50 + (True,) * 950
    found = redrawn(Result(report(outcomes)), None)["flips"]
    assert [each["gained"] for each in found] == [False] * 50 + [True] * 50
    assert len(found) == MOST_FLIPS
    assert found[0]["clip"] == "clip0"
    assert "flips" not in redrawn(Result(report(reference=None)), None)


@pytest.mark.parametrize("pairs", [60, 2000])
def test_seconds_of_calls_keep_their_distribution_however_many(pairs: int) -> None:
    now = changed(report(), calls=pair_times(pairs, every=20, times=3.0))
    assert now.timing
    assert now.timing.percentiles
    seconds = now.timing.percentiles.variant_s
    found = redrawn(Result(now), None)["call_seconds"]
    assert len(found["variant"]) == min(MOST_CALLS, len(seconds))
    assert max(found["variant"]) == pytest.approx(max(seconds), rel=1e-5)
    assert min(found["variant"]) == pytest.approx(min(seconds), rel=1e-5)
    assert sum(found["variant"]) / len(found["variant"]) == pytest.approx(
        sum(seconds) / len(seconds), rel=0.02
    )


def test_layers_say_in_which_precision_they_multiply_and_how_many_of_their_weights_are_zero() -> None:
    layers = (LayerPrecision("encoder.0.mlp", "int8", 0.75, 1 / 3), LayerPrecision("head", "float32", 0.25))
    now = changed(report(), coverage=Coverage(0.5, 0.0, 0.75, layers=layers))
    assert redrawn(Result(now), None)["layers"] == [
        {"name": "encoder.0.mlp", "precision": "int8", "macs": 0.75, "sparsity": 0.333333},
        {"name": "head", "precision": "float32", "macs": 0.25, "sparsity": None},
    ]


def test_what_the_baseline_has_is_there_by_metric_whatever_was_held_to_it() -> None:
    timing = StoredTiming(runs=(0.8, 0.9, 0.85), p90s=(0.7,), numbers={"peak_memory_bytes": 5})

    def stored(now: Report) -> dict[str, float]:
        return Baseline(Stored.of(now), timing).numbers

    found = redrawn(Result(report()), facts(stored=stored))["stored"]
    assert (found["latency_ratio"], found["latency_p90_ratio"], found["peak_memory_bytes"]) == (0.85, 0.7, 5)
    assert (found["top1"], found["kl"], found["size_bytes"]) == (0.9, 0.02, 3_000_000)
    assert "start_ratio" not in found
    assert Baseline().numbers == {}
