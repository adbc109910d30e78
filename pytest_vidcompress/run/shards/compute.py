"""One job done: a module over the clips of a range."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from ...clips.loader import Clips
from ...measure.accuracy.predict import predict
from ...measure.exits import exit_counts_of
from ...processes.clock import now_s
from .result import Made, Result


@dataclass(frozen=True)
class Worker:
    """Who computes."""

    name: str
    machine: str
    """Class of the machine, without what executes."""


def compute(
    run: Callable[[torch.Tensor], Any],
    part: Clips,
    labels: int,
    answer: str,
    worker: Worker,
    done: Callable[[int], object] | None = None,
) -> Result:
    """What a module says to clips.

    Args:
        part: the clips of a range, all of which may be unusable.
        labels: numbers that it answers each with.
        answer: what it says to noise.
        done: told after every clip how many there are.
    """
    began, counts = now_s(), exit_counts_of(run)
    before = [*counts.clips] if counts else []
    exits: list[tuple[int, ...]] = []

    def note(_what: str, clips: int, _total: int) -> None:
        nonlocal before
        if counts and clips > len(exits):
            now = [*counts.clips]
            exits.append(tuple(b - a for a, b in zip(before, now, strict=True)))
            before = now
        if done:
            done(clips)

    rows, _ = predict(run, part, labels, note)
    places = {clip.id: place for place, clip in enumerate(part.sample)}
    return Result(
        clips=len(part.sample),
        labels=labels,
        rows=rows.contiguous().numpy().astype("<f4", copy=False).tobytes(),
        skipped=tuple((places[each.clip.id], str(each.kind), each.reason) for each in part.skipped),
        exits=tuple(exits),
        answer=answer,
        made=Made(worker.name, worker.machine, torch.get_num_threads(), now_s() - began),
    )
