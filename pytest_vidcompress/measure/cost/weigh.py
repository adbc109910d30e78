"""What a subject takes, apart from time: bytes, numbers, work and memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from statistics import fmean
from typing import Any, TypeVar

import torch
from torch import nn

from ...artefacts.tensors import TakenApart, take_apart
from ...errors import first_line
from ...learn.weights_digest import weights_digest
from ...models.adapter import evaluating
from ...models.own_dtype import OwnDtype
from ...runtimes.torch_eager import executable
from ..subject import Subject
from .clip_macs import macs_by_clip
from .cost import Cost
from .coverage import coverage
from .macs import Work, work
from .memory import device_memory_bytes, peak_memory_bytes
from .stage_macs import stage_macs
from .watch import watchable

T = TypeVar("T")


def weigh(
    subject: Subject, pixels: torch.Tensor, clips: Callable[[], Iterable[torch.Tensor]] = tuple
) -> Cost:
    """Weighs a subject on one view; what cannot be weighed is None, with a note that says why.

    Args:
        pixels: `(1, T, C, H, W)`.
        clips: the pixels of several clips, each as `pixels`; asked for where the work depends on the clip.
    """
    attempt, stored = _Attempts(), subject.stored
    run, pixels = _visible(subject, pixels)
    counted, by_clip = _counted(attempt, run, pixels, clips)
    size = attempt("size", subject.size)
    seen = Cost(
        size_bytes=size and size.total_bytes,
        macs=round(fmean(by_clip)) if by_clip else counted.macs,
        macs_by_clip=by_clip,
        stage_macs={} if by_clip else _by_stage(attempt, run, counted),
        tensor_bytes=size and size.tensor_bytes,
        weights=_weights(attempt, stored) if by_clip else "",
    )
    numbers = attempt("parameters", lambda: take_apart(stored)) if stored else None
    if stored is None or numbers is None:
        return replace(seen, notes=tuple(attempt.notes))
    attempt.notes += _hidden(numbers)
    # Where torch only counts, what its operators were given is not what is computed in.
    seen_work = counted if subject.in_torch else replace(counted, precisions={})
    return replace(
        seen,
        parameters=numbers.parameters,
        sparsity=_sparsity(numbers),
        peak_memory_bytes=attempt("memory", lambda: peak_memory_bytes(run, pixels))
        if not numbers.opaque
        else None,
        device_memory_bytes=attempt("memory of the device", lambda: device_memory_bytes(run, pixels)),
        coverage=attempt("coverage", lambda: coverage(stored, pixels, seen_work, subject.precisions, numbers))
        if counted.macs and numbers.parameters is not None
        else None,
        notes=tuple(attempt.notes),
    )


def _counted(
    attempt: _Attempts,
    run: Callable[[torch.Tensor], Any],
    pixels: torch.Tensor,
    clips: Callable[[], Iterable[torch.Tensor]],
) -> tuple[Work, tuple[int, ...]]:
    """The work of the first clip, and the multiply-accumulates of several where they depend on the clip."""
    counted = attempt("MACs", lambda: work(run, pixels)) or Work({})
    if counted.uncounted:
        attempt.notes.append(f"MACs are not known: {', '.join(counted.uncounted)} cannot be counted")
    if not counted.macs:
        return counted, ()
    by_clip = attempt("MACs of other clips", lambda: macs_by_clip(run, pixels, counted, clips)) or ()
    known = tuple(macs for macs in by_clip if macs is not None)
    if len(known) < len(by_clip):
        attempt.notes.append(
            "MACs are not known: they depend on the clip, and those of some cannot be counted"
        )
        return Work({}), ()
    return counted, known


def _weights(attempt: _Attempts, stored: nn.Module | None) -> str:
    """Their digest; empty where some are packed, and do not show."""
    values: Any = attempt("digest of weights", stored.state_dict) if stored else None
    plain = values and all(
        isinstance(each, torch.Tensor) and each.layout == torch.strided and not each.is_quantized
        for each in values.values()
    )
    return weights_digest(stored) if stored and plain else ""


def _sparsity(numbers: TakenApart) -> float | None:
    parameters, zeros = numbers.parameters, numbers.zeros
    return None if parameters is None or zeros is None else zeros / max(1, parameters)


def _by_stage(attempt: _Attempts, run: object, counted: Work) -> dict[str, int]:
    """Of what shows stages; where not all could be counted, nothing is known of any."""
    if not counted.macs or not watchable(run):
        return {}
    return attempt("MACs of stages", lambda: stage_macs(run, counted)) or {}


class _Attempts:
    """Computes what may fail for a module of whatever kind, and keeps the reasons."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def __call__(self, what: str, compute: Callable[[], T]) -> T | None:
        try:
            return compute()
        except Exception as error:  # tensors and operators of others raise what they like
            self.notes.append(f"{what} not known: {first_line(error)}")
            return None


def _visible(subject: Subject, pixels: torch.Tensor) -> tuple[Callable[[torch.Tensor], Any], torch.Tensor]:
    """What shows its operators, and the pixels that it takes: a runtime hides its own."""
    run = subject.run
    if isinstance(run, OwnDtype):
        if run.takes is None:
            with evaluating(run), torch.inference_mode():
                run(pixels)
        return run.module, pixels.to(run.takes)
    if subject.stored is None or isinstance(run, nn.Module):
        return run, pixels
    shown = executable(subject.stored)
    visible: Any = getattr(run, "visible", lambda module: module)
    return visible(shown), pixels


def _hidden(numbers: TakenApart) -> list[str]:
    notes = [f"parameters are not known: {name} holds several numbers in one" for name in numbers.packed[:1]]
    for name, kind in [*numbers.opaque.items()][:1]:
        notes.append(f"parameters are not known: {name} is a {kind}, which does not show its numbers")
    return notes
