from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from docs.write_json import FILE, PAGE, page, schema_text
from pytest_vidcompress.clips.clip import Clip
from pytest_vidcompress.clips.faults import Fault, Skipped
from pytest_vidcompress.gate.baseline.stored import Baseline
from pytest_vidcompress.gate.budget import Budget
from pytest_vidcompress.gate.judge import judge
from pytest_vidcompress.gate.metrics import METRICS
from pytest_vidcompress.gate.statistics import drop_interval
from pytest_vidcompress.gate.verdict import Result
from pytest_vidcompress.measure.divergence.divergence import BlockError, Divergence
from pytest_vidcompress.measure.interval import Estimate
from pytest_vidcompress.measure.machine import Machine
from pytest_vidcompress.measure.report import Execution, PublishedAccuracy
from pytest_vidcompress.measure.sensitivity.sensitivity import PartSensitivity, Sensitivity
from pytest_vidcompress.models.learning_curve import CurvePoint, LearningCurve
from pytest_vidcompress.present.formats.run_facts import RunFacts
from pytest_vidcompress.present.formats.run_meanings import MEANINGS
from pytest_vidcompress.present.variants.variant_notes import FoundRecipe, VariantNotes
from tests.gate.reports import changed, cold_starts, from_files, pair_times, ranked, report
from tests.measure.by_clip.costs import uneven
from tests.present.formats.run_files import complaints, content_of, entries_of
from tests.present.terminal.profiles import COVERAGE, profiled
from tests.present.terminal.test_class_lines import by_class
from tests.present.test_clip_cost_lines import CALLS as BY_CLIP

HOSTILE = (
    "</script><b>&amp;",
    'it\'s "quoted" \\ `$(x)`',
    "\x1b[31mred\x07\n::error::x",
    "\u202egnp.exe",
    "שלום עולם",
    "\udc80",
)


def machine_of(executed: Execution) -> Machine:
    return Machine("AMD EPYC 9654", "avx512", 2, f"{executed.runtime}2.13", bf16=executed.bf16_kernels)


FACTS = RunFacts("trained", "pocket", 32, machine_of)


def rich() -> Result:
    """A measurement of which as much is known as can be made here."""
    now = report(
        timing=replace(report().timing, calls=pair_times(400, every=20, times=3.0)),  # pyright: ignore
        start=cold_starts(),
        from_file=from_files(),
        exits={"first": 90, "then": 10},
        notes=("int8 engine onednn",),
        recipe="int8-dynamic",
        divergence=Divergence((BlockError("stem", 0.41, 0.4),), (("pool", "no such block"),), clips=4),
        learning=(LearningCurve("distil", 8, (CurvePoint(1, 0.5, 0.1),)),),
        published=PublishedAccuracy("16x4, 5x3 views", 0.815, "measured with 1x1 views"),
    )
    return Result(now, judge(now, Baseline(), Budget({"size_bytes": 1, "top1_drop": 0.5})))


def test_the_file_and_the_page_are_as_the_schema_says() -> None:
    assert FILE.read_text() == schema_text(), "run: python docs/write_json.py"
    assert page(PAGE.read_text()) == PAGE.read_text(), "run: python docs/write_json.py"
    assert [*MEANINGS] == [*METRICS]


def test_all_that_can_be_in_an_entry_is_what_the_schema_says() -> None:
    bare = Result(report(reference=None, latency=None, size_bytes=None, macs=None, sparsity=None))
    costs = changed(uneven([10, 20, 30, 40, 50, 60]), calls=BY_CLIP)
    others = (by_class(400, 3, {7: 3}), ranked(report()), costs)
    results = [rich(), *map(Result, others), profiled(coverage=COVERAGE), bare]
    content = content_of(*results, facts=FACTS)
    assert complaints(content) == []
    known = {key for entry in json.loads(content)["measurements"] for key in entry}
    assert known >= {
        "calls",
        "start",
        "from_file",
        "stages",
        "hotspots",
        "left_float",
        "seconds_of_clips",
        "gap_drop",
    }
    assert known >= {"exits", "learning", "divergence", "notes", "classes", "confusions", "budget_size_bytes"}
    assert complaints(content_of(bare)) == []


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        ("top1", 1.5),
        ("latency", "50 ms"),
        ("latency_interval", [0.1]),
        ("verdict_size_bytes", "green"),
        ("name", None),
        ("made_with", {"weights": "trained", "clips": "pocket"}),
        ("never_heard_of", 1),
    ],
)
def test_what_an_entry_cannot_be_is_refused(key: str, wrong: Any) -> None:
    document = json.loads(content_of(rich(), facts=FACTS))
    (entry,) = document["measurements"]
    assert key in entry or key == "never_heard_of"
    entry[key] = wrong
    assert len(complaints(json.dumps(document))) == 1
    assert (complaints(json.dumps(document), knows_all=False) == []) == (key == "never_heard_of")


def test_an_entry_says_what_made_it_and_where_times_may_be_compared() -> None:
    executed = (("torch", ""), ("openvino", "amx_bf16"))
    results = [Result(report(runtime=name, bf16_kernels=bf16, recipe="fuse")) for name, bf16 in executed]
    entries = entries_of(*results, facts=FACTS)
    assert [entry["recipe"] for entry in entries] == ["fuse", "fuse"]
    assert entries[0]["made_with"] == {"weights": "trained", "clips": "pocket", "calibration": 32}
    assert {entry["machine"] for entry in entries} == {"amd-epyc-9654-avx512-2t"}
    assert [entry["machine_class"] for entry in entries] == [
        "amd-epyc-9654-avx512-2t-torch2.13",
        "amd-epyc-9654-avx512-2t-openvino2.13-amx-bf16",
    ]
    (made,) = entries_of(Result(report()))
    assert made["recipe"] is None
    assert "machine" not in made


def test_every_class_of_the_clips_is_there() -> None:
    first, second = entries_of(Result(by_class(400, 3, {7: 3})), Result(report()))
    assert len(first["classes"]) == 400
    assert first["classes"][0]["label"] == "class 7"
    assert first["confusions"] == [{"label": "class 7", "taken_for": "class 8", "reference": 0, "variant": 3}]
    assert "classes" not in second


def test_the_run_says_how_it_was_called_and_how_it_ended() -> None:
    facts = replace(
        FACTS,
        began="2026-11-27T19:00:00+00:00",
        commit="ab" * 20,
        command=("pytest", "benchmarks"),
        exit="failed",
        environment={"torch": "2.13.0"},
        path_of=lambda clip: f"val/{clip}.mp4",
    )
    skipped = (Skipped(Clip("a", "zumba", Path("/home/me/a.mp4")), "cut off", Fault.TRUNCATED),)
    found = FoundRecipe("videomae", "latency", 0.5, "shrink:mlp=0.3", 0.49, 7)
    parts = (PartSensitivity(0, "mlp", 0.1, 0.9, 0.02, 0.03),)
    notes = VariantNotes(
        targets={"a": found}, sensitivities={"b": Sensitivity("videomae", 32, 512, 8, parts)}
    )
    content = content_of(rich(), facts=facts, skipped=skipped, variants=notes, complaints=("unused",))
    assert complaints(content) == []
    document = json.loads(content)
    run = document["run"]
    assert (run["began"], run["commit"], run["dirty"]) == ("2026-11-27T19:00:00+00:00", "ab" * 20, False)
    assert (run["command"], run["exit"], run["complaints"]) == (
        ["pytest", "benchmarks"],
        "failed",
        ["unused"],
    )
    assert run["closing"].startswith("vidcompress: 1 variant of 1 model on 100 clips")
    assert document["skipped"] == [
        {"clip": "a", "label": "zumba", "kind": "truncated", "reason": "cut off", "file": "val/a.mp4"}
    ]
    assert document["targets"][0]["recipe"] == "shrink:mlp=0.3"
    assert document["sensitivities"][0]["parts"][0]["kl"] == 0.1


def test_a_file_of_a_run_that_has_not_ended_is_one() -> None:
    assert complaints(content_of()) == []


def test_a_drop_has_its_paired_interval() -> None:
    now = report((True,) * 85 + (False,) * 15)
    (entry,) = entries_of(Result(now))
    assert entry["top1_drop"] == pytest.approx(0.05)
    assert entry["top1_drop_interval"] == [*drop_interval(100, 5, 0)]
    sets = ranked(report(), drop=Estimate(0.01, float("-inf"), 0.02))
    (entry,) = entries_of(Result(sets))
    assert entry["gap_drop_interval"] == [None, 0.02]


def test_any_text_comes_out_as_it_was_and_the_file_holds_nothing_but_ascii() -> None:
    results = [Result(report(name=text, model=text, test=text, recipe=text)) for text in HOSTILE]
    content = content_of(*results)
    assert content.isascii()
    assert content.replace("\n", "").isprintable()
    entries = json.loads(content)["measurements"]
    assert [[entry[key] for key in ("name", "model", "test", "recipe")] for entry in entries] == [
        [text] * 4 for text in HOSTILE
    ]
