"""Where in the model an accuracy is lost that has failed: looked at then alone, on a few of the clips that flipped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ...gate.metrics import metric_of
from ...gate.verdict import Status, Verdict
from ...measure.report import Report
from ...present.divergence_words import sentence_of

if TYPE_CHECKING:
    import torch

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
    found = report.divergence
    if found is None:
        from ...measure.divergence.visible_blocks import divergence

        reference = session.references.of(report.model).model.module
        found = divergence(reference, measurement.subject, _views(session, report))
    said = sentence_of(found)
    return replace(report, divergence=found), tuple(
        replace(v, evidence="; ".join(filter(None, (v.evidence, said)))) if v in failed else v for v in verdicts
    )


def flipped(report: Report) -> list[int]:
    """Places of the clips on which variant and reference disagree, those first that the reference has right."""
    reference = report.reference
    right = reference.accuracy.outcomes if reference else ()
    places = [place for place, agrees in enumerate(report.accuracy.agreements) if not agrees]
    return sorted(places, key=lambda place: not right[place])


def _is_of_accuracy(verdict: Verdict, strict: bool) -> bool:
    metric = metric_of(verdict.metric)
    doubtful = strict and verdict.status is Status.INCONCLUSIVE
    return metric is not None and metric.kind == "accuracy" and (doubtful or verdict.status is Status.FAILED)


def _views(session: Session, report: Report) -> Iterator[torch.Tensor]:
    """One view of some clips that flipped; of the first ones where none did."""
    every = session.references.of(report.model).clips
    chosen = flipped(report)[:CLIPS] or range(min(CLIPS, report.clips))
    clips = session.inputs.only(report.model, [every[place] for place in sorted(chosen)])
    for pixels, _ in clips.batches(1):
        yield pixels[:1]
