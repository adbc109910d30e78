"""What the stages of a module take, added up call by call."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

from torch import nn

from ...processes.clock import now_s
from ..cost.stage_costs import called_parts, stages_of
from ..cost.watch import watchable


class StageClock:
    """Of one module; of what shows no stages, or hides its parts, it says nothing.

    Args:
        target: whatever is called.
        synchronize: as of `stopwatch.seconds_of`.
    """

    def __init__(self, target: object, synchronize: Callable[[], object]) -> None:
        self._synchronize = synchronize
        self._parts = (
            {stage: [*called_parts(target, names)] for stage, names in stages_of(target).items()}
            if watchable(target)
            else {}
        )
        self._seconds = dict.fromkeys(self._parts, 0.0)
        self._began: list[float] = []

    def take(self) -> dict[str, float]:
        """Seconds since it was last asked."""
        taken, self._seconds = self._seconds, dict.fromkeys(self._parts, 0.0)
        return taken

    @contextmanager
    def running(self) -> Generator[None]:
        """Hooks that are gone afterwards."""
        handles: list[Any] = []
        try:
            for stage, parts in self._parts.items():
                for part in parts:
                    handles.append(part.register_forward_pre_hook(self._enter, prepend=True))
                    handles.append(part.register_forward_hook(self._leave(stage), always_call=True))
            yield
        finally:
            for handle in handles:
                handle.remove()

    def _enter(self, *_: object) -> None:
        self._synchronize()
        self._began.append(now_s())

    def _leave(self, stage: str) -> Callable[..., None]:
        # What a hook returns would take the place of the output.
        def leave(_: nn.Module, *__: object) -> None:
            self._synchronize()
            self._seconds[stage] += now_s() - self._began.pop()

        return leave
