"""A training in a process of its own, which may be killed; forked from one that has torch loaded already."""

from __future__ import annotations

import multiprocessing
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import torch

from tests.forked import PRELOADED

RESULT, CHECKPOINTS = "trained.pt", "checkpoints"


def run_until(folder: Path, step: int | None = None, steps: int = 40) -> int:
    """Trains in `folder`, where it goes on; killed when it has taken so many steps, or let go to its end.

    Returns:
        The step that it began with.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([PRELOADED])
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_train, args=(folder, steps, theirs))
    process.start()
    theirs.close()
    first = done = ours.recv()
    while step is None or done < step:
        try:
            done = ours.recv()
        except EOFError:
            break
    if step is not None:
        process.kill()
    process.join()
    assert process.exitcode == (0 if step is None else -9)
    return first


def result(folder: Path) -> dict[str, Any]:
    return torch.load(folder / RESULT, weights_only=True)


def _train(folder: Path, steps: int, said: Connection) -> None:
    from dataclasses import replace

    from pytest_vidcompress.learn import checkpoint
    from pytest_vidcompress.learn.budget import Budget
    from pytest_vidcompress.learn.distillation import Distillation
    from pytest_vidcompress.learn.loop import Training, train
    from tests.learn.school import lessons, untrained

    torch.set_num_threads(1)
    checkpoint.SAVE_S = 0.02  # some steps are lost by a kill, and some kills come while one is written
    teacher, student = untrained(), untrained().module
    taught = lessons(teacher, folder / CHECKPOINTS)
    taught = replace(taught, progress=lambda what, done, total: said.send(done))
    with torch.no_grad():
        for parameter in student.parameters():
            parameter.add_(0.05)
    objective = Distillation(teacher.module, label_weight=1.0)
    curve = train(student, Training(objective, Budget(steps=steps), batch=4, dropout=True), taught)
    points = [(point.step, point.loss) for point in curve.points]
    torch.save({"weights": student.state_dict(), "points": points}, folder / RESULT)
