"""A measurement as it is sent to another process: what runs, its clips, and how torch was set."""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import torch
from torch import nn

from ...clips.loader import Clips
from ...measure.latency import pickle_file
from ...measure.latency.failure import FreshProcessError
from ...measure.resume.predictions import answer_to
from ...measure.resume.torch_settings import settings, use
from .engine import Task
from .placement import place, placement


@dataclass(frozen=True)
class SentTask:
    """A `Task` where it has arrived."""

    run: Callable[[torch.Tensor], Any]
    clips: Clips
    labels: int
    answer: str
    """What it says to noise where it comes from."""
    noise: torch.Tensor
    placement: list[int]
    settings: Mapping[str, Any]

    @property
    def answer_here(self) -> str | None:
        """What it says to noise in this process."""
        return answer_to(self.run, self.noise, self.labels)


def send(task: Task, to: Path | IO[bytes]) -> bool:
    """Writes it; False, and a warning, of one that cannot be sent."""
    sent = SentTask(
        task.run,
        task.clips,
        task.labels,
        task.answer,
        task.noise,
        placement(task.run),
        settings(task.noise.device.type),
    )
    try:
        pickle_file.write(to, sent, task.by_value)
    except FreshProcessError as error:
        said = f"{task.what} is computed by one process: it cannot be sent to others ({error.failure.text})"
        warnings.warn(said, stacklevel=2)
        return False
    return True


def receive(sent: Path | IO[bytes]) -> SentTask:
    """Reads what `send` wrote, by the run that this process works for."""
    task: SentTask = torch.load(sent, weights_only=False, pickle_module=pickle)
    use(task.settings, task.noise.device.type)
    if isinstance(task.run, nn.Module):
        task.run.eval()
    place(task.run, task.placement)
    return task
