"""Times two arms in fresh processes, turn by turn, until they are enough or the time is out."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from pathlib import Path
from types import ModuleType
from typing import Any

import torch

from ...models.device import CPU
from ...processes.clock import now_s
from ..accuracy.predict import Progress
from . import pickle_file
from .blocks import BASE, VARIANT, Confirmation, Turn, calls, plan
from .fresh_process import PATIENCE_S, ForkServer
from .rest import HANDOVER_S, rest, wakes

Arm = Callable[[torch.Tensor], Any]
Stop = Callable[[Confirmation], bool]
"""Have these turns said enough?"""


WARMUP_S = 0.05
"""Longest that a fresh process warms up."""
TURN_S = 0.2
"""Longest that it goes on timing: on a busy machine a turn must not outlast the spells of quiet."""
MIRRORED = 8
"""Calls after which orders are balanced, where arms take turns call by call."""
IN_A_ROW = 4
"""Calls of an arm before the other's turn, where the arms are in two processes: after a handover some calls are slow
for no reason of the arm's: of calls of milliseconds, one or two at a time, only a tenth counted as quiet."""
CONFIRMED_S = 30.0
"""Longest time of one confirmation where the user says nothing ..."""
CONFIRMED_PAIRS = 30
"""... or what so many pairs take: ten of some seconds each show no slowdown of a tenth."""
SLOWER = 50
"""Times what calls take that is waited for: a process that was just forked, on a machine that is busy."""
LEAST_PATIENCE_S = 30.0
BUILD_PATIENCE_S = 600.0
"""For a first call that builds: a compiler may take minutes."""
LOADED_BYTES_PER_S = 5e6
"""At the least, of arms that a process loads."""


class Timer:
    """Times two arms, a fresh process a turn. The arms may live in one server or in two.

    Args:
        servers: by arm.
        pair_s: about the seconds of one call of each.
        builds: an arm's first call in a process builds what the others run with: then no first call counts.
    """

    def __init__(self, servers: Mapping[str, ForkServer], pair_s: float, builds: bool = False) -> None:
        self._servers = servers
        self.plan = plan(pair_s)
        self._pair_s = pair_s
        self._builds = builds
        self._turns = 0

    def turn(self) -> Turn:
        """Times the next turn: one process of each server, alive for its calls.

        Raises:
            FreshProcessError: an arm raised, died or gave no answer there.
        """
        turn, self._turns = self._turns, self._turns + 1
        copies = [VARIANT, BASE] if turn % 2 == 0 else [BASE, VARIANT]
        servers = list(dict.fromkeys(self._servers[arm] for arm in copies))
        for server in servers:
            arms = [arm for arm in copies if self._servers[arm] is server]
            _ask(server, {"fork": arms}, self._patience_s(2, self._builds))
        if self._builds:
            self._time(copies, builds=True)
        started = now_s()
        for _ in range(self.plan.warmup):
            if now_s() - started < WARMUP_S:
                self._time(copies)
        in_a_row = IN_A_ROW if len(servers) > 1 and self.plan.pairs >= MIRRORED else 1
        order = calls(turn, self.plan.pairs, in_a_row)
        seconds: list[float] = []
        started = now_s()
        wake = wakes(HANDOVER_S, self._pair_s)
        while len(seconds) < len(order) and (not seconds or now_s() - started < TURN_S):
            seconds += self._time(order[len(seconds) : len(seconds) + in_a_row * MIRRORED], wake=wake)
        for server in servers:
            server.ask({"exit": True})
        timed = list(zip(order, seconds, strict=False))
        return Turn(
            tuple(s for arm, s in timed if arm == VARIANT), tuple(s for arm, s in timed if arm == BASE)
        )

    def _time(self, order: Iterable[str], builds: bool = False, wake: bool = False) -> list[float]:
        seconds: list[float] = []
        alone = len(set(self._servers.values())) == 1
        for server, arms in groupby(order, key=lambda arm: self._servers[arm]):
            arms = list(arms)
            waking: list[str] = []
            if not alone:
                # OpenMP threads of the process before go on spinning for some milliseconds, on our cores.
                rest(HANDOVER_S)
                # A process that was waiting wakes with cold caches: its first call is not timed.
                waking = arms[:1]
            due = waking + arms
            request = {"time": due, "wake": wake and alone}
            answer = _ask(server, request, self._patience_s(2 * len(due), builds))
            seconds += answer["seconds"][len(waking) :]
        return seconds

    def _patience_s(self, calls: int, builds: bool) -> float:
        """How long so many calls may take before they are given up."""
        return (BUILD_PATIENCE_S if builds else LEAST_PATIENCE_S) + SLOWER * self._pair_s * calls


def _ask(server: ForkServer, request: Mapping[str, Any], patience_s: float) -> dict[str, Any]:
    """The server itself gives the process up that gives no answer; it is given a little longer."""
    return server.ask({**request, "patience_s": patience_s}, patience_s + LEAST_PATIENCE_S)


def confirmation_s(given_s: float | None, pair_s: float) -> float:
    """Longest time of one confirmation, in seconds.

    Args:
        given_s: what the user says; None for nothing.
        pair_s: about the seconds of one call of each arm.
    """
    return max(CONFIRMED_S, CONFIRMED_PAIRS * pair_s) if given_s is None else given_s


def time_turns(timer: Timer, budget_s: float, stop: Stop, progress: Progress | None = None) -> Confirmation:
    """Turns until `stop`, which is asked after each block of them, has seen enough or the time is out."""
    started = now_s()
    turns: list[Turn] = []
    spent: list[float] = []
    while True:
        turns.append(timer.turn())
        spent.append(min(1.0, (now_s() - started) / budget_s) if budget_s > 0 else 1.0)
        seen = Confirmation(tuple(turns), tuple(spent), timer.plan.turns_per_block)
        if progress:
            progress("timing in fresh processes", round(100 * spent[-1]), 100)
        if spent[-1] == 1.0 or (len(turns) % timer.plan.turns_per_block == 0 and stop(seen)):
            return seen


def send(
    server: ForkServer, arms: Mapping[str, Arm], pixels: torch.Tensor, by_value: ModuleType | None = None
) -> None:
    """Hands `arms` to a server.

    Args:
        pixels: what every call is given, `(1, T, C, H, W)`, on the device where the arms are.
        by_value: a module that the server cannot import, such as the test's.

    Raises:
        FreshProcessError: an arm cannot be sent to another process, or not be loaded there.
    """
    with tempfile.TemporaryDirectory(prefix="vidcompress-") as folder:
        file = Path(folder) / "arms"
        pack(file, arms, pixels, by_value)
        load(server, file, pixels.device)


def load(server: ForkServer, file: Path, device: torch.device = CPU) -> None:
    """Has a server load what `pack` wrote.

    Args:
        device: where the arms are.

    Raises:
        FreshProcessError: it cannot.
    """
    patience_s = PATIENCE_S + file.stat().st_size / LOADED_BYTES_PER_S
    request = {"load": str(file), "threads": torch.get_num_threads(), "device": str(device)}
    server.ask(request, patience_s)


def pack(
    file: Path, arms: Mapping[str, Arm], pixels: torch.Tensor, by_value: ModuleType | None = None
) -> None:
    """Writes arms as a server loads them.

    Raises:
        FreshProcessError: an arm cannot be pickled.
    """
    pickle_file.write(file, {"arms": dict(arms), "pixels": pixels}, [by_value] if by_value else ())
