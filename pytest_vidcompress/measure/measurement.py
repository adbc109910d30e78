"""A model or variant and clips -> its `Report`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import nn

from ..artefacts import save as artefact
from ..artefacts.load import Artefact
from ..artefacts.tensors import parameters, zeros
from ..artefacts.variant import Variant
from ..clips.loader import Clips
from ..errors import VidcompressError
from ..models.model import Model
from ..runtimes.torch_eager import executable
from .accuracy.class_counts import NO_ANSWER
from .accuracy.predict import Progress, evaluating, logits_of, predict
from .accuracy.scores import Accuracy, accuracy, answers
from .clip_identity import as_identified, identified
from .cost.coverage import Coverage, coverage
from .cost.isa import isa
from .cost.macs import work
from .cost.memory import peak_memory_bytes
from .latency.pairs import Driver, Fine, time_pairs
from .latency.rest import handover_s
from .report import Report
from .resume.predictions import Predictions

Target = Variant | Artefact | nn.Module | Callable[[torch.Tensor], Any]
"""What can be measured: a variant, a loaded artefact, a module, or any callable pixels -> logits."""
Enough = Callable[[Sequence[bool], Sequence[bool]], bool]
"""`(outcomes, agreements)` of the clips so far, as in `Report`: are they enough?"""
Keep = Callable[[Callable[[torch.Tensor], Any]], Predictions | None]
"""What runs -> its predictions of an earlier run; None where they cannot be kept."""


@dataclass(frozen=True)
class Reference:
    """The uncompressed model on the clips: what every variant of it is compared with."""

    model: Model
    clips: Clips
    logits: torch.Tensor
    """`(N, labels)`."""
    targets: torch.Tensor
    """`(N,)`: label ids, or under random weights the reference's own predictions."""
    report: Report


@dataclass(frozen=True)
class Weighed:
    """What can be told of a module without running all clips."""

    size_bytes: int | None
    parameters: int | None
    sparsity: float | None
    macs: int | None
    peak_memory_bytes: int | None
    coverage: Coverage | None


def measure_reference(
    model: Model, clips: Clips, progress: Progress | None = None, known: Predictions | None = None
) -> Reference:
    """Runs the uncompressed model over all clips, those apart of which the predictions are known."""
    logits, labels = predict(model.module, clips, len(model.labels), progress, known=known)
    answered = answers(logits)
    void = int((answered == NO_ANSWER).sum())
    if void:
        raise VidcompressError(
            f"model {model.name!r} answers with NaN, or rules out every class, on {void} of {len(logits)} clips:"
            " nothing can be compared with that; check its weights, and the mean and std of its profile"
        )
    targets = labels if model.weights == "trained" else answered
    report = _report("reference", "", model.module, model, clips, logits, logits, targets)
    return Reference(model, clips, logits, targets, identified(report, model, clips))


def measure(
    target: Target,
    reference: Reference,
    name: str,
    test: str,
    progress: Progress | None = None,
    enough: Enough | None = None,
    keep: Keep | None = None,
) -> Report:
    """Measures all of `target` but its time beside its reference, whose numbers in the report are of the same clips.

    Args:
        target: a variant, an artefact, any `nn.Module`, or any callable pixels -> logits.
        name: its key in the baseline.
        test: the test that measures, `path::name`.
        progress: told after every clip.
        enough: asked after every clip: True leaves the others out. None takes all.
        keep: finds what a run that was interrupted had predicted. None computes everything.
    """
    model, clips = reference.model, reference.clips
    if isinstance(target, Artefact):
        target.refuse_other(model)
    run = runnable(target)
    asking, kept = enough and _asking(enough, reference), keep and keep(run)
    logits, _ = predict(run, clips, len(model.labels), progress, asking, kept)
    taken = len(logits)
    known, targets = reference.logits[:taken], reference.targets[:taken]
    report = as_identified(
        _report(name, test, target, model, clips, logits, known, targets), reference.report
    )
    return replace(report, reference=_on(reference.report, accuracy(known, known, targets)))


def timed(
    report: Report,
    target: Target,
    reference: Reference,
    driver: Driver | None = None,
    clearly_fine: Fine | None = None,
) -> Report:
    """The report of `target` with its latency, timed in turns with its reference.

    Args:
        driver: runs the rounds (pytest-benchmark's `pedantic`).
        clearly_fine: asked about the pairs timed so far: True leaves most of the others out.
    """
    run, module, pixels = runnable(target), reference.model.module, first_clip(reference.clips)
    with evaluating(run), evaluating(module), torch.inference_mode():
        timing = time_pairs(
            lambda: logits_of(run, pixels),
            lambda: logits_of(module, pixels),
            driver,
            clearly_fine,
            rest_s=handover_s(run, module),
        )
    return replace(
        report,
        latency=timing.latency,
        latency_ratio=timing.ratio,
        log_ratios=timing.log_ratios,
        reference=report.reference and replace(report.reference, latency=timing.reference_latency),
    )


def _asking(enough: Enough, reference: Reference) -> Callable[[torch.Tensor], bool]:
    """Turns the logits of one clip after another into what `enough` is asked about."""
    known = answers(reference.logits).tolist()
    targets = reference.targets.tolist()
    outcomes: list[bool] = []
    agreements: list[bool] = []

    def asked(row: torch.Tensor) -> bool:
        predicted, position = int(answers(row)), len(outcomes)
        answered = predicted != NO_ANSWER
        outcomes.append(answered and predicted == targets[position])
        agreements.append(answered and predicted == known[position])
        return enough(outcomes, agreements)

    return asked


def _on(report: Report, found: Accuracy) -> Report:
    """The report with the accuracy of its first clips only, as many as `found` is of."""
    taken = len(found.outcomes)
    return replace(
        report,
        top1=found.top1,
        top5=found.top5,
        agreement=found.agreement,
        kl=found.kl,
        clips=taken,
        clip_ids=report.clip_ids[:taken],
        outcomes=found.outcomes,
        agreements=found.agreements,
        labels=found.labels,
        predictions=found.predictions,
        contents=report.contents[:taken],
    )


def runnable(target: Target) -> Callable[[torch.Tensor], Any]:
    if isinstance(target, Variant | Artefact):
        return target.module
    return executable(target) if isinstance(target, nn.Module) else target


def _report(
    name: str,
    test: str,
    target: Target,
    model: Model,
    clips: Clips,
    logits: torch.Tensor,
    reference: torch.Tensor,
    targets: torch.Tensor,
) -> Report:
    found = accuracy(logits, reference, targets)
    weighed = _weigh(target, clips)
    return Report(
        name=name,
        model=model.name,
        test=test,
        top1=found.top1,
        top5=found.top5,
        agreement=found.agreement,
        kl=found.kl,
        size_bytes=weighed.size_bytes,
        parameters=weighed.parameters,
        sparsity=weighed.sparsity,
        macs=weighed.macs,
        latency=None,
        latency_ratio=None,
        peak_memory_bytes=weighed.peak_memory_bytes,
        clips=len(logits),
        skipped=len(clips.skipped),
        accuracy_kind="labels" if model.weights == "trained" else "agreement",
        clip_ids=tuple(clip.id for clip in clips[: len(logits)]),
        outcomes=found.outcomes,
        agreements=found.agreements,
        notes=target.notes if isinstance(target, Variant | Artefact) else (),
        sample=len(clips),
        label_names=model.labels,
        labels=found.labels,
        predictions=found.predictions,
        coverage=weighed.coverage,
        isa=isa(target.module if isinstance(target, Variant | Artefact) else target, _is_in_torch(target)),
    )


def _weigh(target: Target, clips: Clips) -> Weighed:
    stored = _stored(target)
    # A runtime may hide its operators: the work is counted where it can be seen.
    run = runnable(target if stored is None else stored)
    pixels = first_clip(clips)
    done = work(run, pixels)
    counted = done.total or None
    if stored is None:
        # A plain callable shows neither files nor weights, and perhaps no operators that could be counted; an
        # artefact in a runtime's own format shows its files.
        size = target.size_bytes() if isinstance(target, Artefact) else None
        return Weighed(size, None, None, counted, None, None)
    held = parameters(stored)
    saved = isinstance(target, Variant | Artefact)
    size = target.size_bytes() if saved else artefact.size_bytes(stored)
    sparsity = zeros(stored) / held if held else 0.0
    covered = coverage(stored, pixels, done, _integers(target))
    return Weighed(size, held, sparsity, counted, peak_memory_bytes(run, pixels), covered)


def _stored(target: Target) -> nn.Module | None:
    """The module as its artefact holds it; None of what shows none."""
    if isinstance(target, Variant):
        return target.model.module
    if isinstance(target, Artefact):
        return target.stored
    return target if isinstance(target, nn.Module) else None


def _integers(target: Target) -> Collection[str] | None:
    """The modules that multiply integers, as who executes them tells; None where it does not tell."""
    if _is_in_torch(target):
        return ()
    told: Any = getattr(runnable(target), "integers", None)
    if not callable(told):
        return None
    integers: Any = told()
    return integers


def _is_in_torch(target: Target) -> bool:
    """Do torch's kernels execute it?"""
    runtime = getattr(target, "runtime", None)
    return runtime.startswith("torch") if isinstance(runtime, str) else isinstance(target, nn.Module)


def first_clip(clips: Clips) -> torch.Tensor:
    """Pixels of one view of the first clip, `(1, T, C, H, W)`: time, work and memory are of one view."""
    pixels, _ = next(iter(clips.batches(1)))  # a set without a usable clip refuses to make batches
    return pixels[:1]
