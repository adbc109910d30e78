from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
import torch

from pytest_vidcompress.gate.verdict import Status, Verdict
from pytest_vidcompress.measure.measurement import Reference
from pytest_vidcompress.measure.report import Report
from pytest_vidcompress.measure.subject import Subject
from pytest_vidcompress.run.one_test.failing_blocks import CLIPS, flipped, with_failing_blocks
from pytest_vidcompress.run.one_test.measurements import Measurement
from pytest_vidcompress.run.session import Session
from tests.gate.reports import changed, report
from tests.models.small import model, network, pixels
from tests.present.verdicts import BLIND, BUDGET, LATENCY, SIZE, TOP1

FAILED = replace(TOP1, evidence="100 clips")


class Looked:
    """Clips by number; it notes which were asked for."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def only(self, _: str, clips: Sequence[int]) -> Looked:
        self.asked = [*clips]
        return self

    def batches(self, _: int) -> Iterator[tuple[torch.Tensor, None]]:
        return ((pixels(2, seed=number), None) for number in self.asked)


def session(looked: Looked, strict: bool = False) -> Session:
    """Whose reference has a hundred clips, of which the number is all that is known."""
    reference = SimpleNamespace(
        model=model("videomae", num_hidden_layers=4), clips=range(100), report=report()
    )
    made = SimpleNamespace(
        options=SimpleNamespace(strict=strict),
        references=SimpleNamespace(of=lambda _: cast(Reference, reference)),
        inputs=looked,
        progress=None,
    )
    return cast(Session, made)


def subject(layer: int | None = None) -> Subject:
    module: Any = network("videomae", num_hidden_layers=4)
    if layer is not None:
        with torch.no_grad():
            module.videomae.encoder.layer[layer].output.dense.weight.zero_()
    return Subject.of(module)


def lost(*places: int) -> Report:
    """A report that disagrees with its reference there."""
    return report(agreements=tuple(place not in places for place in range(100)))


def look(
    verdicts: Sequence[Verdict], of: Report, strict: bool = False, measured: Subject | None = None
) -> tuple[Report, tuple[Verdict, ...], list[int]]:
    looked = Looked()
    measurement = Measurement(of, measured or subject(2))
    return *with_failing_blocks(session(looked, strict), measurement, of, tuple(verdicts)), looked.asked


def test_clips_that_the_reference_has_right_come_first() -> None:
    assert flipped(lost(3, 95, 7, 99)) == [3, 7, 95, 99]
    assert flipped(lost()) == []
    assert flipped(replace(lost(99, 1), reference=None)) == []


def test_a_failed_accuracy_names_the_block_and_other_verdicts_stay() -> None:
    before = (FAILED, SIZE, LATENCY)
    seen, after, asked = look(before, lost(3, 95, 7, 99, 11, 12))
    assert asked == [3, 7, 11, 12]
    assert len(asked) == CLIPS
    assert after[1:] == before[1:]
    said = after[0].evidence
    assert said.startswith("100 clips; the first block that leaves the reference: videomae.encoder.layer.2 (")
    assert seen.divergence is not None
    assert (seen.divergence.clips, seen.divergence.flipped) == (4, 4)


def test_a_budget_without_evidence_gets_some() -> None:
    drop = replace(BUDGET, metric="top1_drop")
    _, (after,), _ = look([drop], lost(3))
    assert after.evidence.startswith("the first block that leaves the reference")


def test_where_none_flipped_the_first_clips_are_looked_at() -> None:
    seen, _, asked = look([replace(FAILED, metric="kl")], lost())
    assert asked == [0, 1, 2, 3]
    assert seen.divergence is not None
    assert seen.divergence.flipped == 0


@pytest.mark.parametrize(
    "verdicts",
    [(SIZE, LATENCY, BUDGET), (replace(FAILED, status=Status.PASSED),), (BLIND,), ()],
    ids=["other metrics", "passed", "new", "none"],
)
def test_where_no_accuracy_failed_nothing_is_run(verdicts: tuple[Verdict, ...]) -> None:
    given = lost(3)
    seen, after, asked = look(verdicts, given, strict=True)
    assert (seen, after, asked) == (given, verdicts, [])


def test_what_is_inconclusive_is_looked_at_where_it_fails() -> None:
    doubtful = replace(FAILED, status=Status.INCONCLUSIVE)
    assert look([doubtful], lost(3))[1] == (doubtful,)
    assert "the first block" in look([doubtful], lost(3), strict=True)[1][0].evidence


def test_a_reference_s_own_report_stays_as_it_is() -> None:
    given = lost(3)
    found = with_failing_blocks(session(Looked()), Measurement(given, None), given, (FAILED,))
    assert found == (given, (FAILED,))


def test_what_was_seen_once_is_not_looked_at_again() -> None:
    seen, _, _ = look([FAILED], lost(3))
    again, (after,), asked = look([FAILED], seen)
    assert (again, asked) == (seen, [])
    assert "videomae.encoder.layer.2" in after.evidence


def test_what_cannot_be_looked_at_says_so_and_fails_as_before() -> None:
    _, (after,), _ = look([FAILED], lost(3), measured=Subject.of(lambda pixels: pixels))
    assert after.status is Status.FAILED
    assert after.evidence == (
        "100 clips; no block of it can be looked at: what was measured is a function, which shows none"
    )
    assert changed(lost(3), name="x").divergence is None
