"""The training loop: a module, what is to be made small, and lessons -> its weights, changed in place.

Everything in a step hangs on its number, the seed and the weights: a training that is killed goes on from its last
checkpoint to the same weights, on the same machine with one thread bit for bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from hashlib import blake2b
from itertools import pairwise
from statistics import median
from typing import Any

import torch
from torch import nn

from ..errors import VidcompressError
from ..models.batch_norms import BATCH_NORMS
from ..models.device import device_of
from ..models.learning_curve import CurvePoint, LearningCurve
from ..models.module_copy import module_copy
from ..processes.clock import now_s
from . import checkpoint
from .beside import learners
from .budget import Budget
from .lessons import Lessons
from .losses import Objective
from .schedule import learning_rate

_POINTS = 100
"""Of a learning curve, about."""
_PILOT = 5
"""Steps that are timed to know how many a minute holds; the first is of none, it loads and warms up."""
_MOST_NORM = 1.0
"""That gradients are cut to."""


@dataclass(frozen=True)
class Training:
    """How a technique trains."""

    objective: Objective
    budget: Budget = field(default_factory=Budget)
    batch: int = 16
    """Clips a step."""
    rate: float = 3e-4
    """Highest learning rate, of AdamW."""
    decay: float = 0.0
    """Of weights, decoupled (Loshchilov and Hutter, ICLR 2019)."""
    dropout: bool = False
    """Do layers that drop at random do so?"""
    after_step: Callable[[int, int], None] | None = None
    """Called with the steps done and their total after each: it may change weights. Those that it makes zero stay
    zero."""
    statistics: bool = False
    """Do batch norms that learn take those of the clips that they are shown? Otherwise theirs stay."""


def train(module: nn.Module, training: Training, lessons: Lessons) -> LearningCurve:
    """Trains a module in place, on the device where it is; it is in eval mode after that.

    Weights of matrices that are zero stay zero: what was pruned stays pruned.

    Raises:
        VidcompressError: the loss is not finite; the checkpoint in the lessons' folder is of another training; or the
            clips cannot be had.
    """
    with _trainable(module, training), _own_random_numbers(device_of(module)):
        return _Run(module, training, lessons).finish()


class _Run:
    """A training under way."""

    def __init__(self, module: nn.Module, training: Training, lessons: Lessons) -> None:
        self._module = module
        self._training = training
        self._lessons = lessons
        self._parameters = [each for each in module.parameters() if each.requires_grad]
        self._apart = [
            [each for each in part.parameters() if each.requires_grad] for part in learners(module)
        ]
        """The same, by who learns for itself: the gradients of each are cut alone."""
        self._optimizer = torch.optim.AdamW(
            self._parameters, lr=training.rate, weight_decay=training.decay, foreach=True
        )
        self._steps = self._done = 0
        self._seconds = 0.0
        self._points: list[CurvePoint] = []
        self._losses: list[float] = []
        """Since the last point."""

    def finish(self) -> LearningCurve:
        """Takes the steps that are left."""
        training, lessons = self._training, self._lessons
        file = checkpoint.Checkpoint.of(lessons)
        if not self._restored(file):
            self._steps = training.budget.steps_of(self._step_s)
            self._save(file)
        self._tell()
        last = saved = now_s()
        for pixels, targets in lessons.training.batches(range(self._done, self._steps), training.batch):
            self._take(pixels, targets)
            now = now_s()
            self._seconds, last = self._seconds + now - last, now
            self._note()
            if now - saved >= checkpoint.SAVE_S or self._done == self._steps:
                self._save(file)
                saved = now_s()
            self._tell()
        return LearningCurve(lessons.technique, training.batch, tuple(self._points))

    def _take(self, pixels: torch.Tensor, targets: torch.Tensor) -> None:
        training = self._training
        torch.manual_seed(_number(f"{self._lessons.seed}:{self._done}"))
        for group in self._optimizer.param_groups:
            group["lr"] = learning_rate(self._done, self._steps, training.rate)
        loss = training.objective(self._module, pixels, targets)
        self._losses.append(self._finite(loss.item()))
        loss.backward()
        with _zeros_stay(self._parameters):
            for parameters in self._apart:
                torch.nn.utils.clip_grad_norm_(parameters, _MOST_NORM)
            self._optimizer.step()
        self._optimizer.zero_grad()
        self._done += 1
        if training.after_step:
            with torch.no_grad():
                training.after_step(self._done, self._steps)

    def _finite(self, loss: float) -> float:
        if not math.isfinite(loss):
            raise VidcompressError(
                f"{self._lessons.technique}: the loss is {loss:g} in step {self._done + 1:,} of {self._steps:,}: take"
                f" a lower learning rate, such as rate={self._training.rate / 3:.1g}"
            )
        return loss

    def _step_s(self) -> float:
        """Seconds that a step takes, of a copy that nobody keeps."""
        training = replace(self._training, after_step=None)
        pilot = _Run(module_copy(self._module), training, self._lessons)
        pilot._steps = _PILOT
        times = [now_s()]
        for pixels, targets in self._lessons.training.batches(range(_PILOT), training.batch):
            pilot._take(pixels, targets)
            times.append(now_s())
        return median(after - before for before, after in pairwise(times[1:]))

    def _note(self) -> None:
        """A point of the curve, every so many steps."""
        if self._done % math.ceil(self._steps / _POINTS) == 0 or self._done == self._steps:
            mean = math.fsum(self._losses) / len(self._losses)
            self._points.append(CurvePoint(self._done, mean, self._seconds))
            self._losses.clear()

    def _tell(self) -> None:
        if self._lessons.progress:
            recent = self._losses[-1:] or [point.loss for point in self._points[-1:]]
            loss = f"; loss {recent[0]:.3g}" if recent else ""
            self._lessons.progress(f"training by {self._lessons.technique}{loss}", self._done, self._steps)

    def _save(self, file: checkpoint.Checkpoint | None) -> None:
        if file:
            state: dict[str, Any] = {
                "module": self._module.state_dict(),
                "optimizer": self._optimizer.state_dict(),
                "done": self._done,
                "steps": self._steps,
                "seconds": self._seconds,
                "points": [asdict(point) for point in self._points],
                "losses": self._losses,
            }
            file.write(state)

    def _restored(self, file: checkpoint.Checkpoint | None) -> bool:
        """Goes on from a checkpoint, if there is one."""
        state = file.read() if file else None
        if file is None or state is None:
            return False
        try:
            self._module.load_state_dict(state["module"])
            self._optimizer.load_state_dict(state["optimizer"])
            self._done, self._steps = int(state["done"]), int(state["steps"])
            self._seconds = float(state["seconds"])
            self._points = [CurvePoint(**point) for point in state["points"]]
            self._losses = [float(loss) for loss in state["losses"]]
        except (RuntimeError, ValueError, KeyError, TypeError) as error:
            raise VidcompressError(
                f"{file.file} is the checkpoint of a module of other tensors: name another folder, or remove it"
            ) from error
        return True


@contextmanager
def _trainable(module: nn.Module, training: Training) -> Generator[None]:
    """Nothing drops and no statistics change unless it is asked for. What somebody froze does not learn; where all is
    frozen, that was for use alone, and all learns."""
    learned = {parameter: parameter.requires_grad for parameter in module.parameters()}
    all_frozen = not any(learned.values())
    module.train(training.dropout)
    for parameter, learns in learned.items():
        parameter.requires_grad_((learns or all_frozen) and parameter.is_floating_point())
    for part in module.modules():
        if isinstance(part, BATCH_NORMS):
            part.train(training.statistics and all(each.requires_grad for each in part.parameters()))
    try:
        with torch.enable_grad():
            yield
    finally:
        for parameter, learns in learned.items():
            parameter.requires_grad_(learns).grad = None
        module.eval()


@contextmanager
def _own_random_numbers(device: torch.device) -> Generator[None]:
    """Whoever draws random numbers after the training draws those that they would have without it."""
    others = [] if device.type == "cpu" else [device]
    with torch.random.fork_rng(devices=others, device_type=device.type if others else "cuda"):
        yield


@contextmanager
def _zeros_stay(parameters: Sequence[nn.Parameter]) -> Generator[None]:
    """Weights of matrices that are zero have no gradient in this block, and are zero after it."""
    zeros = [(each, zero) for each in parameters if each.ndim > 1 and (zero := each == 0).any()]
    with torch.no_grad():
        for each, zero in zeros:
            if each.grad is not None:
                each.grad.masked_fill_(zero, 0)
    yield
    with torch.no_grad():
        for each, zero in zeros:
            each.masked_fill_(zero, 0)


def _number(text: str) -> int:
    """Seed of a step, of 63 bits."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") >> 1
