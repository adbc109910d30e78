"""A subject and clips -> its `Report`."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property

import torch

from ..clips.loader import Clips
from ..errors import VidcompressError
from ..models.adapter import evaluating
from ..models.device import synchronizer
from ..models.model import Model
from .accelerator import accelerator
from .accuracy.label_sets import as_targets, right, same, several, void
from .accuracy.predict import OfView, Predict, Progress, logits_of, predict
from .accuracy.scores import accuracy
from .accuracy.threads import threads_to_answer
from .by_clip.counted_cost import counted_cost
from .by_clip.motion import shown_clips
from .by_clip.shown_clips import ShownClips
from .clip_identity import identity
from .exits import counted_exits, in_words
from .latency.clip_rotation import MANY_CLIPS, PreparedClips, Rotation, prepare
from .latency.machine_lock import machine_to_ourselves
from .latency.pair_times import PairTimes
from .latency.pairs import Between, Call, Driver, Fine, time_on, time_pairs
from .latency.rest import handover_s
from .report import Execution, Report, Timing
from .subject import Subject

Enough = Callable[[Sequence[bool], Sequence[bool]], bool]
"""`(outcomes, agreements)` of the clips so far, as in `Report`: are they enough?"""
Remember = Callable[[OfView], OfView]
"""What computes the logits of a view -> what computes only those that are not known from an earlier run."""
MOST_TRIES = 4
"""Calls for each that is to count."""


@dataclass(frozen=True)
class Reference:
    """The uncompressed model on the clips: what every variant of it is compared with."""

    model: Model
    clips: Clips
    logits: torch.Tensor
    """`(N, labels)`."""
    targets: torch.Tensor
    """`(N,)`: label ids, or under random weights the reference's own predictions; bool `(N, labels)` where a clip may
    have several labels."""
    report: Report

    @cached_property
    def timed_clips(self) -> PreparedClips:
        """Those that are shown to what is timed, in turns."""
        return prepare(self.clips)

    @cached_property
    def many_timed_clips(self) -> PreparedClips:
        """Likewise, to what takes longer of one clip than of another."""
        return prepare(self.clips, MANY_CLIPS)

    @cached_property
    def shown_clips(self) -> ShownClips:
        """Those that are counted one by one, of what costs more of one clip than of another."""
        return shown_clips(self.clips)


@dataclass(frozen=True)
class Evaluation:
    """How a subject goes through the clips."""

    progress: Progress | None = None
    """Called after every clip."""
    enough: Enough | None = None
    """Asked after every clip: True leaves the others out. None takes all."""
    remember: Remember | None = None
    """None computes everything."""
    answered: Callable[[torch.Tensor], object] | None = None
    """Given the logits of all clips that were taken, `(N, labels)`, when they are there."""
    predict: Predict | None = None
    """What runs it over the clips; None for this process, which computes all."""


def measure_reference(
    model: Model,
    clips: Clips,
    progress: Progress | None = None,
    remember: Remember | None = None,
    elsewhere: Predict | None = None,
) -> Reference:
    """Runs the uncompressed model over all clips, those apart of which the predictions are known.

    Args:
        elsewhere: what runs it over them; None for this process.
    """
    subject = Subject.of(model.module)
    cost = counted_cost(subject, clips, first_clip(clips), lambda: shown_clips(clips))
    with threads_to_answer(subject.run, cost.macs):
        logits, labels = (elsewhere or predict)(
            subject.run, clips, len(model.labels), progress, None, remember
        )
    for reason in _without_answer(logits):
        raise VidcompressError(
            f"model {model.name!r} {reason}: nothing can be compared with that; check its weights, and the mean and"
            " std of its profile"
        )
    targets = labels if model.weights == "trained" else as_targets(logits, labels)
    report = Report(
        identity=identity(model, clips),
        accuracy=accuracy(logits, logits, targets, "labels" if model.weights == "trained" else "agreement"),
        cost=cost,
        execution=_execution(subject, model.device, cost.notes),
    )
    return Reference(model, clips, logits, targets, report)


def measure(
    subject: Subject, reference: Reference, name: str, test: str, evaluation: Evaluation = Evaluation()
) -> Report:
    """Measures all of a subject but its time beside its reference, whose numbers in the report are of the same clips.

    Args:
        name: its key in the baseline.
        test: the test that measures, `path::name`.
    """
    model, clips = reference.model, reference.clips
    subject.refuse_other(model)
    subject.refuse_elsewhere(model.device)
    cost = counted_cost(subject, clips, first_clip(clips), lambda: reference.shown_clips)
    enough = evaluation.enough and _by_clip(evaluation.enough, reference)
    # Views that an earlier run predicted, which was killed, are not among those that leave.
    over_clips = evaluation.predict or predict
    with threads_to_answer(subject.run, cost.macs), counted_exits(subject.run) as left:
        logits, _ = over_clips(
            subject.run, clips, len(model.labels), evaluation.progress, enough, evaluation.remember
        )
    if evaluation.answered:
        evaluation.answered(logits)
    taken = len(logits)
    before, targets = reference.logits[:taken], reference.targets[:taken]
    whole = reference.report
    of_clips, kind = whole.identity.first(taken), whole.accuracy.kind
    notes = (*cost.notes, *in_words(left, clips.profile.views.count), *_without_answer(logits))
    # Of all clips it is known: where these are ranked, a thousand resamples would be weighed again.
    beside = whole.accuracy if taken == len(reference.logits) else accuracy(before, before, targets, kind)
    return Report(
        identity=replace(of_clips, name=name, test=test, recipe=subject.recipe),
        accuracy=accuracy(logits, before, targets, kind),
        cost=cost,
        execution=replace(_execution(subject, model.device, notes), exits=left),
        learning=subject.curves,
        reference=replace(whole, identity=of_clips, accuracy=beside),
    )


def timed(
    report: Report,
    subject: Subject,
    reference: Reference,
    driver: Driver | None = None,
    clearly_fine: Fine | None = None,
    progress: Progress | None = None,
) -> Report:
    """The report of a subject with its latency, timed in turns with its reference.

    Args:
        driver: runs the rounds (pytest-benchmark's `pedantic`).
        clearly_fine: asked about the pairs timed so far: True leaves most of the others out.
        progress: called while another run times.
    """
    by_clip = bool(report.cost.macs_by_clip)
    with _alternated(subject, reference, by_clip, progress) as (variant, base, between):
        # A few clips would say little of the others.
        times = time_pairs(variant, base, driver, None if by_clip else clearly_fine, between=between)
    times = replace(times, by_clip=by_clip)
    beside = report.reference
    return replace(
        report,
        timing=Timing(
            times.latency,
            times.ratio,
            times.log_ratios,
            controls=times.controls,
            quiet_share=times.quiet_share,
            calls=times,
        ),
        reference=beside and replace(beside, timing=Timing(times.reference_latency)),
    )


def timed_on(
    report: Report,
    subject: Subject,
    reference: Reference,
    enough: Callable[[PairTimes], bool],
    budget_s: float,
    progress: Progress | None = None,
) -> Report:
    """The report of a subject that was timed, with more of its calls: for what only many of them tell.

    Args:
        enough: asked about all pairs so far, every few.
        budget_s: the longest time to go on.
        progress: called while another run times.
    """
    timing = report.timing
    if timing is None or timing.calls is None:
        return report
    with _alternated(subject, reference, timing.calls.by_clip, progress) as (variant, base, between):
        times = time_on(variant, base, timing.calls, enough, budget_s, between)
    return replace(report, timing=replace(timing, more_calls=times))


def timed_for(
    report: Report, subject: Subject, reference: Reference, calls: int, progress: Progress | None = None
) -> Report:
    """The report of a subject that was timed, with so many undisturbed calls at the least.

    On a machine that leaves few undisturbed it ends after `MOST_TRIES` times as many.
    """

    def enough(seen: PairTimes) -> bool:
        tried, counting = len(seen.variant_s), sum(seen.around_variant)
        return counting >= calls or tried >= MOST_TRIES * calls

    longer = timed_on(report, subject, reference, enough, math.inf, progress)
    timing = longer.timing
    return replace(
        report, timing=timing and replace(timing, calls=timing.more_calls or timing.calls, more_calls=None)
    )


@contextmanager
def _alternated(
    subject: Subject, reference: Reference, by_clip: bool, progress: Progress | None
) -> Generator[tuple[Call, Call, Between]]:
    """Calls of both arms with the clip whose turn it is, on a machine that nobody else of this user times on.

    Clips are on the models' device before a call, and what it answers stays there.
    """
    run, module = subject.run, reference.model.module
    clips = Rotation(reference.many_timed_clips if by_clip else reference.timed_clips)
    with machine_to_ourselves(progress), evaluating(run), evaluating(module), torch.inference_mode():
        yield (
            lambda: logits_of(run, clips.pixels),
            lambda: logits_of(module, clips.pixels),
            Between(
                handover_s(run, module),
                turn=clips.turn,
                synchronize=synchronizer(reference.model.device),
            ),
        )


def _execution(subject: Subject, device: torch.device, notes: Sequence[str]) -> Execution:
    """What executes a subject, with what its recipe and its runtime decided before what else is to be noted."""
    bf16, there = subject.bf16, accelerator(device)
    said = (bf16.note,) if bf16 else ()
    where = (f"runs on {device}, {there.name}",) if there else ()
    return Execution(
        runtime=subject.runtime,
        isa=subject.isa,
        notes=(*subject.notes, *said, *where, *notes),
        bf16_kernels=bf16.kernels if bf16 else "",
        runtime_version=subject.runtime_version,
        device=str(device) if there else "",
    )


def _without_answer(logits: torch.Tensor) -> tuple[str, ...]:
    """How many clips were answered with no class, in words; empty where all were answered."""
    silent = int(void(logits).sum())
    return (
        (f"answers with NaN, or rules out every class, on {silent} of {len(logits)} clips",) if silent else ()
    )


def first_clip(clips: Clips) -> torch.Tensor:
    """Pixels of one view of the first clip, `(1, T, C, H, W)`: memory, fresh processes and profiles are of that."""
    pixels, _ = next(iter(clips.batches(1)))  # a set without a usable clip refuses to make batches
    return pixels[:1]


def _by_clip(enough: Enough, reference: Reference) -> Callable[[torch.Tensor], bool]:
    """Turns the logits of one clip after another into what `enough` is asked about."""
    sets = several(reference.targets)
    outcomes: list[bool] = []
    agreements: list[bool] = []

    def enough_with(row: torch.Tensor) -> bool:
        own = slice(len(outcomes), len(outcomes) + 1)
        outcomes.append(bool(right(row, reference.targets[own])))
        agreements.append(bool(same(row, reference.logits[own], sets)))
        return enough(outcomes, agreements)

    return enough_with
