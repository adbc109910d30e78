"""Where in the model an accuracy is lost that has failed: looked at then alone, on a few clips that flipped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from ...gate.metrics import metric_of
from ...gate.verdict import Status, Verdict
from ...measure.report import Report
from ...present.divergence_words import sentence_of

if TYPE_CHECKING:
    import torch

    from ...measure.divergence.divergence import Divergence
    from ...measure.subject import Subject
    from ..session import Session
    from .measurements import Measurement

CLIPS = 4
"""A view of each; what a block errs differs little from clip to clip."""


def with_failing_blocks(
    session: Session, measurement: Measurement, report: Report, verdicts: tuple[Verdict, ...]
) -> tuple[Report, tuple[Verdict, ...]]:
    """The report with its blocks beside the reference's, and its failed accuracies with the first that is another.

    Both as they are where no accuracy failed, and of a reference's own report.

    Args:
        report: as it was judged.
    """
    failed = [verdict for verdict in verdicts if _is_of_accuracy(verdict, session.options.strict)]
    if not failed or measurement.subject is None:
        return report, verdicts
    divergence = report.divergence or _look(session, measurement.subject, report)
    sentence = sentence_of(divergence)
    return replace(report, divergence=divergence), tuple(
        replace(v, evidence="; ".join(filter(None, (v.evidence, sentence)))) if v in failed else v
        for v in verdicts
    )


def flipped(report: Report) -> list[int]:
    """Places of the clips on which variant and reference disagree, those first that the reference has right."""
    if report.reference is None:
        return []
    right = report.reference.accuracy.outcomes
    places = [place for place, agrees in enumerate(report.accuracy.agreements) if not agrees]
    return sorted(places, key=lambda place: not right[place])


def _look(session: Session, subject: Subject, report: Report) -> Divergence:
    """On some clips that flipped; on the first ones where none did."""
    from ...measure.accuracy.threads import threads_to_answer
    from ...measure.divergence.visible_blocks import divergence

    reference, chosen = session.references.of(report.model), flipped(report)[:CLIPS]
    places = sorted(chosen) or range(min(CLIPS, report.clips))

    def views() -> Iterator[torch.Tensor]:
        clips = session.inputs.only(report.model, [reference.clips[place] for place in places])
        for pixels, _ in clips.batches(1):
            yield pixels[:1]

    if session.progress:
        session.progress("comparing blocks", 0, 0)
    module = reference.model.module
    with threads_to_answer(module, reference.report.macs):
        seen = divergence(module, subject, views(), report.accuracy.several_labels)
        return replace(seen, flipped=len(chosen))


def _is_of_accuracy(verdict: Verdict, strict: bool) -> bool:
    metric = metric_of(verdict.metric)
    doubtful = strict and verdict.status is Status.INCONCLUSIVE
    return metric is not None and metric.kind == "accuracy" and (doubtful or verdict.status is Status.FAILED)
