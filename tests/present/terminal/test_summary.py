from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pytest_vidcompress.clips.clip import Clip
from pytest_vidcompress.clips.faults import Fault, Skipped
from pytest_vidcompress.gate.verdict import Result, Status
from pytest_vidcompress.measure.resume.reuse import Reuse
from pytest_vidcompress.present.outcome import BaselineChanges, Outcome
from pytest_vidcompress.present.terminal.summary import summary
from tests.gate.reports import changed, report
from tests.present.terminal.profiles import COVERAGE, profiled
from tests.present.verdicts import BLIND, LATENCY, MACS, TOP1


def test_nothing_but_printable_text_is_printed() -> None:
    """Whatever stands in names and texts: a line is a line, and none is a command."""
    bad = "\x1b[31m\n::error title=x::y"
    clip = Skipped(Clip(f"c{bad}", bad, Path(f"v/{bad}.mp4")), bad, Fault.TRUNCATED)
    outcome = Outcome(
        results=[Result(report(name=bad, model=bad, notes=(bad,)), (replace(LATENCY, reason=bad),), bad)],
        about=bad,
        skipped=[clip],
        baselines=BaselineChanges(written=(bad,), unused=(bad,)),
        missing=[(bad, bad)],
        command=f"pytest '{bad}'",
    )
    lines = summary(outcome, added=[[bad]])
    assert all(line.text.isprintable() for line in lines)
    assert not [line for line in lines if line.text.lstrip().startswith("::")]
    assert sum("title=x::y" in line.text for line in lines) > 8


def test_what_others_add_stands_between_ours() -> None:
    texts = [
        line.text for line in summary(Outcome([Result(report(), (MACS,))]), added=[["one", "two"], ["three"]])
    ]
    assert texts[-6:-1] == ["one", "two", "", "three", ""]
    assert texts[-1].endswith("; 1 passed")
    assert "" not in (texts[0], texts[-1])


@pytest.mark.parametrize("width", [80, 100])
def test_lines_fit_in_the_terminal(width: int) -> None:
    long = "shrink:mlp=0.3,heads=0.25+prune-gradual:amount=0.5,steps=300+int8-static:calibration=64"
    results = [
        Result(report(name=name, notes=("calibrated on 32 clips",), coverage=COVERAGE), verdicts)
        for name, verdicts in ((long, (TOP1,)), ("fp16", (LATENCY,)), ("fuse", (BLIND,)), ("fuse", (MACS,)))
    ]
    profile = profiled(name=long, model="facebook/timesformer-hr-finetuned-k400").report
    clip = Skipped(Clip("c", "label", Path("c.mp4")), "cut off " * 20, Fault.TRUNCATED)
    outcome = Outcome(
        results=[*results, Result(changed(profile, peak_macs_per_s=1e11))],
        about="clips: " + "a folder of many " * 9,
        skipped=[clip],
        baselines=BaselineChanges(written=["fp16: " + "x " * 70], unused=["y " * 70]),
        predictions=[Reuse(f"prune-global:amount=0.{n}", "videomae", False, 5, 9) for n in range(9)],
        missing=[("tvm", "it needs " + "tvm " * 40)],
    )
    texts = [line.text for line in summary(outcome, width=width)]
    assert [
        text
        for text in texts
        if len(text) > width and not text.startswith(("  see it again: ", "  store it: ", "  for longer: "))
    ] == []
    assert len(texts) > 50


def test_which_baselines_judged_is_said() -> None:
    held = replace(LATENCY, file="timesformer.amd-epyc-avx2-2t-torch2.13.json")
    new = replace(BLIND, file="timesformer.another.json")
    results = [
        Result(report(), (replace(MACS, file="timesformer.json"), held, new)),
        Result(report(), (MACS,)),
    ]
    texts = [line.text for line in summary(Outcome(results))]
    assert "held to timesformer.json, timesformer.amd-epyc-avx2-2t-torch2.13.json" in texts
    untimed = replace(held, measured=None, stored=None)
    for nothing in (new, untimed):
        assert not any("held to" in line.text for line in summary(Outcome([Result(report(), (nothing,))])))


def test_what_was_not_taken_over_is_said() -> None:
    changes = BaselineChanges(left=["timesformer fp16: latency_ratio not recorded"])
    lines = summary(Outcome([Result(report(), (MACS,))], baselines=changes))
    place = [line.text for line in lines].index("not written to the baselines:")
    assert lines[place + 1].text == "  timesformer fp16: latency_ratio not recorded"
    assert lines[place + 1].status is Status.NEW
