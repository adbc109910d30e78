"""Time that passes only where somebody waits: threads take turns in the order of when each wakes."""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field


@dataclass(order=True)
class _Wait:
    until_s: float
    number: int
    turn: threading.Event = field(compare=False)


class VirtualClock:
    """Runs deeds as threads of which one at a time goes on, until it sleeps or ends."""

    def __init__(self) -> None:
        self._now_s = 0.0
        self._waits: list[_Wait] = []
        self._numbers = itertools.count()
        self._baton = threading.Event()
        self._errors: list[BaseException] = []

    def now(self) -> float:
        return self._now_s

    def sleep(self, seconds: float) -> None:
        """Lets others go first who wake before."""
        own = self._wait(self._now_s + seconds)
        self._baton.set()
        own.turn.wait()

    def wait_in(self, waiting: list[_Wait]) -> None:
        """Lets others go until somebody wakes those who wait there."""
        own = _Wait(0.0, next(self._numbers), threading.Event())
        waiting.append(own)
        self._baton.set()
        own.turn.wait()

    def wake(self, waiting: list[_Wait]) -> None:
        for each in waiting:
            each.until_s = self._now_s
            heapq.heappush(self._waits, each)
        waiting.clear()

    def run(self, deeds: Sequence[Callable[[], object]]) -> float:
        """Until all have ended; returns when that is."""
        threads = [
            threading.Thread(target=self._deed, args=(deed, self._wait(0.0)), daemon=True) for deed in deeds
        ]
        for thread in threads:
            thread.start()
        while self._waits:
            next_ = heapq.heappop(self._waits)
            self._now_s = max(self._now_s, next_.until_s)
            self._baton.clear()
            next_.turn.set()
            self._baton.wait()
            if self._errors:
                raise self._errors[0]
        return self._now_s

    def _wait(self, until_s: float) -> _Wait:
        own = _Wait(until_s, next(self._numbers), threading.Event())
        heapq.heappush(self._waits, own)
        return own

    def _deed(self, deed: Callable[[], object], begins: _Wait) -> None:
        begins.turn.wait()
        try:
            deed()
        except BaseException as error:
            self._errors.append(error)
        self._baton.set()


class Gate:
    """Where some wait until another opens it."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._waiting: list[_Wait] = []
        self._is_open = False

    def wait(self) -> None:
        if not self._is_open:
            self._clock.wait_in(self._waiting)

    def open(self) -> None:
        self._is_open = True
        self._clock.wake(self._waiting)
