"""Times the way from files to answers of a variant and its reference in turns, until it is known well enough.

Arms take turns clip by clip, V R, R V ..., mirrored from round to round: what drifts cancels, and no arm reads a file
first more often. Files are warm: both arms have read all of them once before the first round.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

import torch

from ...clips.clip import Clip
from ...clips.faults import Undecodable
from ...clips.loader import Clips
from ...models.adapter import evaluating
from ...models.model import Model
from ..accuracy.predict import Progress
from ..latency.machine_lock import machine_to_ourselves
from ..latency.rest import handover_s, rest
from ..subject import Subject
from .arm import Arm
from .from_file import FromFile, Round, Stop
from .stage_clock import StageClock

CLIPS = 4
"""Files of a round: the first of the sample, which are balanced over its classes. What a run sees must not hang on
how fast the machine is."""


@dataclass(frozen=True)
class Trial:
    """What answers, beside what, of which clips."""

    subject: Subject
    model: Model
    """The uncompressed one."""
    clips: Clips
    rounds: int
    """At most."""


def from_file(trial: Trial, stop: Stop, progress: Progress | None = None) -> FromFile:
    """Rounds of both arms, or why there are none.

    Args:
        stop: asked after every second round, when orders are balanced.
        progress: called after every round, and while another run times.
    """
    clips = files_of(trial.clips)
    if not clips:
        return FromFile(absent="its clips are no files: a function returns their frames")
    device, shown = trial.model.device, trial.clips.profile
    variant = Arm.of(trial.subject, shown, device)
    reference = Arm(trial.model.module, shown, device)
    with (
        machine_to_ourselves(progress),
        evaluating(variant.run),
        evaluating(reference.run),
        torch.inference_mode(),
    ):
        try:
            return _in_turns((variant, reference), clips, trial.rounds, stop, progress)
        except Undecodable as error:
            return FromFile(absent=f"a clip changed while tests ran: {error}")


def files_of(clips: Clips) -> tuple[Clip, ...]:
    """The first usable clips that are files, as many as a round has."""
    return tuple([clip for clip in clips if clip.pixels is None][:CLIPS])


def _in_turns(
    arms: tuple[Arm, Arm], clips: Sequence[Clip], rounds: int, stop: Stop, progress: Progress | None
) -> FromFile:
    clocks = tuple(arm.clock() for arm in arms)
    rest_s = handover_s(*(arm.run for arm in arms))
    with clocks[0].running(), clocks[1].running():
        _round(arms, clocks, clips, 0, rest_s)
        done: tuple[list[Round], list[Round]] = ([], [])
        for number in range(rounds):
            for taken, each in zip(done, _round(arms, clocks, clips, number, rest_s), strict=True):
                taken.append(each)
            if progress:
                progress("files to answers", number + 1, rounds)
            seen = FromFile(tuple(done[0]), tuple(done[1]), rounds, len(clips))
            if number % 2 and stop(seen):
                return seen
    return FromFile(tuple(done[0]), tuple(done[1]), rounds, len(clips))


def _round(
    arms: tuple[Arm, Arm], clocks: Sequence[StageClock], clips: Sequence[Clip], number: int, rest_s: float
) -> tuple[Round, Round]:
    """Every clip once by each arm."""
    taken: tuple[list[Round], list[Round]] = ([], [])
    for place, clip in enumerate(clips):
        for which in (0, 1) if (place + number) % 2 == 0 else (1, 0):
            rest(rest_s)
            taken[which].append(arms[which].answer(clip, clocks[which]))
    return _mean(taken[0]), _mean(taken[1])


def _mean(answers: Sequence[Round]) -> Round:
    stages: Mapping[str, float] = {
        stage: fmean(each.stages_s[stage] for each in answers) for stage in answers[0].stages_s
    }
    return Round(
        fmean(each.decode_s for each in answers), fmean(each.model_s for each in answers), dict(stages)
    )
