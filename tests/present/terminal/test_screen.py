"""A run of many variants is told on a screen: the verdicts in any case, details as far as there is room."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from pytest_vidcompress.artefacts.kept.learned_origin import LearnedOrigin, Origin
from pytest_vidcompress.gate.verdict import Result
from pytest_vidcompress.measure.interval import Estimate
from pytest_vidcompress.measure.resume.reuse import Reuse
from pytest_vidcompress.present.outcome import BaselineChanges, Outcome
from pytest_vidcompress.present.terminal.progress.output import BLOCKS
from pytest_vidcompress.present.terminal.reason_lines import reason_lines
from pytest_vidcompress.present.terminal.screen import SCREEN, Block, on_a_screen
from pytest_vidcompress.present.terminal.summary import summary
from pytest_vidcompress.present.terminal.table import Line, bar
from pytest_vidcompress.present.variants.variant_notes import VariantNotes
from tests.gate.reports import report
from tests.present.terminal.profiles import COVERAGE, profiled
from tests.present.verdicts import BLIND, LATENCY, MACS, TOP1

LONG = "shrink:mlp=0.875,heads=0.5,width=0.5+distil:steps=8000,rate=0.002,labels=0.5+fuse+int8-static"
NAMES = (
    *(
        "fp32",
        "bf16",
        "fp16",
        "fuse",
        "fuse+bf16",
        "fuse+int8-static",
        "int8-dynamic",
        "int8-weights",
        "lowrank",
    ),
    *(f"prune-global:amount=0.{n}" for n in range(1, 9)),
    *(f"prune-local-{scope}:amount=0.{n}" for scope in ("attention", "dense", "both") for n in (2, 4)),
    *(f"prune-local-{scope}:layers=:-1" for scope in ("attention", "dense", "both")),
    *("prune-gradual:steps=1500", "shrink:mlp=0.5,width=0.125", "merge-tokens:keep=0.5", "drop-tokens", LONG),
)
VERDICTS = {"lowrank": (TOP1, MACS), "fuse": (LATENCY, MACS), "bf16": (BLIND,), "drop-tokens": (BLIND,)}


def variant(name: str, place: int = 0) -> Result:
    """With everything that a summary may say something of."""
    ratio = Estimate(0.2 + 0.03 * place, 0.19 + 0.03 * place, 0.22 + 0.03 * place)
    made = report(
        name=name,
        ratio=ratio,
        coverage=COVERAGE,
        peak_macs_per_s=1e11,
        notes=(f"note {place % 3}",),
        isa="avx512",
    )
    return Result(made, VERDICTS.get(name, (MACS,)), f"benchmarks/test_it.py::test_holds[timesformer-{name}]")


def outcome(names: tuple[str, ...] = NAMES) -> Outcome:
    recipes = [f"distil:steps={n}" for n in range(9)]
    return Outcome(
        [variant(name, place) for place, name in enumerate(names)],
        about="clips: packaged pocket clips, sample of 160, seed 0, 8x4, 1x1 views",
        variants=VariantNotes(
            learned={each: LearnedOrigin("timesformer", each, Origin.TRAINED, 60.0) for each in recipes}
        ),
        predictions=[Reuse("reference", "timesformer", True, 160, 160)],
        baselines=BaselineChanges(written=[f"{name}: top1 90.00 %" for name in names]),
    )


@pytest.mark.parametrize("width", [80, 100])
def test_thirty_variants_are_told_on_a_screen(width: int) -> None:
    assert len(NAMES) > 30
    lines = [line.text for line in summary(outcome(), width=width, whole=False, blocks=BLOCKS)]
    assert len(lines) <= SCREEN, "\n".join(lines)
    # A command is to be copied.
    assert max(len(line) for line in lines if ": pytest " not in line) <= width
    rows = [line.split()[0] for line in lines if re.search(r" \d+\.\d\d ±\d+%", line)]
    assert rows[:2] == ["lowrank", "fuse"]
    assert len(rows) >= 20
    assert len(set(rows)) == len(rows)
    hint = " ".join(
        map(str.strip, lines[[line.startswith("left out here: ") for line in lines].index(True) :])
    )
    assert "achieved speed, " in hint
    assert lines[-1].endswith("passed") or "passed" in lines[-2]


def test_what_does_not_fit_is_shown_where_it_is_asked_for() -> None:
    lines = [line.text for line in summary(outcome(), whole=True)]
    assert not any("left out here" in line or "-v shows" in line for line in lines)
    assert any(line.startswith("achieved speed of timesformer") for line in lines)
    assert sum(line.startswith("  distil:steps=") for line in lines) == 9
    assert sum("top1 90.00 %" in line for line in lines) == len(NAMES)


def test_of_a_run_of_few_nothing_is_left_out() -> None:
    few = replace(outcome(("fp16", "fuse")), variants=VariantNotes())
    assert summary(few, whole=False) == summary(few, whole=True)


def test_hundreds_of_variants_are_counted_behind_the_worst() -> None:
    many = tuple(f"prune-global:amount=0.{n}" for n in range(100, 400))
    lines = [line.text for line in summary(outcome((*many, "lowrank")), whole=False)]
    assert len(lines) <= SCREEN
    assert lines[4].startswith("lowrank ")
    (more,) = (line for line in lines if "; -v shows them" in line)
    assert re.fullmatch(r"and 2\d\d variants more: 2\d\d passed; -v shows them", more)


def test_a_reason_of_several_variants_is_said_once() -> None:
    new = replace(BLIND, metric="peak_memory_bytes", reason="nothing is stored for this machine class")
    verdicts = {"fp16": (BLIND, new), "fuse": (new,), "bf16": (new, replace(BLIND, reason="it was renamed"))}
    results = [replace(variant(name), verdicts=each) for name, each in verdicts.items()]
    lines = [line.text for line in reason_lines(Outcome(results), by_variant=False)]
    at = lines.index("new, 3 variants: fp16, fuse, bf16")
    assert lines[at + 1 : at + 4] == [
        "  agreement: nothing is stored (fp16)",
        "  peak_memory_bytes: nothing is stored for this machine class",
        "  agreement: it was renamed (bf16)",
    ]
    assert lines[at + 4].startswith("  store it: pytest ")
    several = [line.text for line in reason_lines(Outcome(results))]
    assert sum("nothing is stored for this machine class" in line for line in several) == 3


def test_what_was_asked_for_takes_no_room_from_the_rest() -> None:
    profile = profiled(name="int8", coverage=COVERAGE, peak_macs_per_s=1e11)
    several = [
        replace(profile, report=replace(profile.report, identity=replace(profile.report.identity, name=name)))
        for name in ("a", "b", "c")
    ]
    lines = [line.text for line in summary(Outcome(several), whole=False)]
    assert sum("where the time of a call goes" in line for line in lines) == 3
    assert any(line.startswith("fp32 peak: ") for line in lines)
    assert not any("left out here" in line for line in lines)


def block(lines: int, detail: str = "", rank: int = 0) -> Block:
    return Block([Line(f"{detail or 'verdicts'} {n}") for n in range(lines)], detail, rank)


def test_the_most_important_details_come_first_and_stand_where_they_belong() -> None:
    blocks = [block(5), block(4, "dull", 3), block(3, "good", 2), block(9, "best", 1), block(0, "nothing", 0)]
    lines = [line.text for line in on_a_screen(blocks, 24, "ask for it")]
    assert [line for line in lines if line.endswith(" 0")] == ["verdicts 0", "good 0", "best 0"]
    assert lines[-1] == "left out here: dull; ask for it"


def test_verdicts_are_never_left_out_however_many() -> None:
    assert len(on_a_screen([block(99), block(1, "detail")], 50, "ask")) == 99 + 2


def test_remarks_stand_together() -> None:
    lines = on_a_screen([block(1), block(1, "a"), block(2, "b"), block(3, "c")], None)
    assert [line.text for line in lines] == ["verdicts 0", "", "a 0", "b 0", "b 1", "", "c 0", "c 1", "c 2"]


@pytest.mark.parametrize(
    ("share", "blocks", "drawn"),
    [
        (0.0, BLOCKS, ""),
        (1.0, BLOCKS, "██████████"),
        (0.25, BLOCKS, "██▌"),
        (0.01, BLOCKS, "▏"),
        (0.25, " #", "##"),
    ],
)
def test_a_bar_is_as_long_as_its_share(share: float, blocks: str, drawn: str) -> None:
    assert bar(share, blocks) == drawn


def test_bars_stand_only_where_they_can_be_drawn() -> None:
    with_bars, without = (
        [line.text for line in summary(outcome(("fp16", "fuse")), blocks=blocks)] for blocks in (BLOCKS, "")
    )
    assert any("█" in line for line in with_bars)
    assert not any("█" in line for line in without)
