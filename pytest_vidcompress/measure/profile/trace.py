"""What runs, watched while it does -> its hotspots."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import torch
from torch import nn

from ...errors import VidcompressError
from ...models.adapter import evaluating
from ...processes.clock import now_s
from ...runtimes.operator_time import OperatorTime
from ..accuracy.predict import Progress, logits_of
from ..cost.watch import parts, watchable, watching
from ..latency.machine_lock import machine_to_ourselves
from ..latency.quiet import SLACK
from .hotspots import Hotspots, Named, Spot, medians, of_nodes, shares
from .layer_names import folded
from .operator_kinds import OUTSIDE, kind_of, multiplies_integers

if TYPE_CHECKING:
    from torch.autograd.profiler_util import FunctionEvent

Run = Callable[[torch.Tensor], Any]
T = TypeVar("T")
TORCH = "torch.profiler"
CALL, MODULE = "vidcompress: call", "vidcompress: module "
"""Names of our ranges among torch's operators."""
BUDGET_S, LONGEST_S = 2.0, 6.0
"""Of one profile: where it is quiet, and where quiet calls are still wanting."""
FEWEST, MOST = 3, 15
"""Quiet calls, however long or short they are."""
HIDDEN = 0.9
"""Share of time outside operators from which on what is no module computes where torch does not see it."""


def hotspots(run: Run, pixels: torch.Tensor, progress: Progress | None = None) -> Hotspots:
    """Calls `run` several times under a profiler; never call it while something is timed.

    Modules and callables show torch's operators, modules their parts too. What has a method
    `profile(pixels) -> Sequence[OperatorTime]` is asked instead.

    Args:
        pixels: one view of a clip, `(1, T, C, H, W)`.
        progress: called while another run times.
    """
    if pixels.device.type != "cpu":
        return Hotspots(
            source=TORCH, note=f"on {pixels.device} operators run after they are called: not profiled"
        )
    asked: Any = None if isinstance(run, nn.Module) else getattr(run, "profile", None)
    with machine_to_ourselves(progress), evaluating(run), torch.inference_mode():
        if asked is not None:
            source = type(run).__module__.rpartition(".")[2]
            try:
                asked(pixels)  # what happens once is not of every call
                told = _repeated(lambda: list[OperatorTime](asked(pixels)), _told)
                return of_nodes(told, source)
            except VidcompressError as error:
                return Hotspots(source=source, note=str(error))
        return _of_torch(run, pixels)


def _of_torch(run: Run, pixels: torch.Tensor) -> Hotspots:
    logits_of(run, pixels)  # what happens once is not of every call
    quiet = _repeated(lambda: _operators(_profiled(run, pixels)), _spent)
    operators = medians(quiet)
    if not isinstance(run, nn.Module) and shares(operators).get((OUTSIDE, OUTSIDE), 0.0) > HIDDEN:
        why = f"{type(run).__name__} does not compute with torch's operators, and has no profile()"
        return Hotspots(source=TORCH, note=why)
    modules: tuple[Spot, ...] = ()
    if watchable(run):
        # Apart from the operators: watched modules take longer, and some leave their fused operators.
        classes = {name: type(part).__name__ for name, part in parts(run)}
        with _ranges(run):
            modules = medians(_repeated(lambda: _modules(_profiled(run, pixels), classes), _spent))
    return Hotspots(operators, modules, len(quiet), TORCH)


def _repeated(call: Callable[[], T], seconds: Callable[[T], float]) -> list[T]:
    """Several calls that no neighbour slowed down: about as fast as the fastest of all that were made.

    Args:
        seconds: what a call took.
    """
    made: list[T] = []
    started = now_s()
    while True:
        made.append(call())
        limit = SLACK * min(map(seconds, made))
        quiet = [each for each in made if seconds(each) <= limit]
        spent = now_s() - started
        enough = len(quiet) >= MOST or (len(quiet) >= FEWEST and spent > BUDGET_S)
        if enough or (len(made) >= FEWEST and spent > LONGEST_S):
            return quiet


def _spent(spots: Mapping[Named, Spot]) -> float:
    return sum(spot.self_s for spot in spots.values())


def _told(nodes: Sequence[OperatorTime]) -> float:
    return sum(node.seconds for node in nodes)


def _profiled(run: Run, pixels: torch.Tensor) -> FunctionEvent:
    """One call as torch's profiler saw it: the range around it, with the operators in it."""
    from torch.profiler import ProfilerActivity, profile, record_function

    with _silent(), profile(activities=[ProfilerActivity.CPU]) as profiler, record_function(CALL):
        logits_of(run, pixels)
    return next(event for event in profiler.events() or () if event.name == CALL)


@contextmanager
def _silent() -> Generator[None]:
    """Without the lines that the profiler's library writes at every start and stop; it asks when it is first used."""
    name = "KINETO_LOG_LEVEL"
    before = os.environ.get(name)
    os.environ[name] = before or "99"
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]


@contextmanager
def _ranges(module: nn.Module) -> Generator[None]:
    """A range of the profiler around every call of a part, for as long as this lasts."""
    from torch.profiler import record_function

    running: list[Any] = []

    def entered(name: str) -> None:
        running.append(record_function(MODULE + name))
        running[-1].__enter__()

    def left(name: str) -> None:
        running.pop().__exit__(None, None, None)

    with watching(module, entered, left):
        yield


class _Rows:
    """Sums up one call."""

    def __init__(self) -> None:
        self.spots: dict[Named, Spot] = {}

    def add(self, name: str, kind: str, self_us: float, total_us: float, calls: int = 1) -> None:
        known = self.spots.get((name, kind), Spot(name, kind, 0, 0.0, 0.0))
        own = known.self_s + self_us / 1e6
        integers = own if multiplies_integers(name) else 0.0
        whole = known.total_s + total_us / 1e6
        self.spots[name, kind] = Spot(name, kind, known.calls + calls, own, whole, integer_s=integers)


def _operators(call: FunctionEvent) -> dict[Named, Spot]:
    rows = _Rows()

    def visit(event: FunctionEvent, above: frozenset[str]) -> None:
        name = _plain(event.name)
        # Within another of its name it is in that one's total.
        total = 0.0 if name in above else event.cpu_time_total
        rows.add(name, kind_of(name), event.self_cpu_time_total, total)
        for child in event.cpu_children:
            visit(child, above | {name})

    for event in call.cpu_children:
        visit(event, frozenset())
    rows.add(OUTSIDE, OUTSIDE, call.self_cpu_time_total, call.self_cpu_time_total)
    return rows.spots


def _modules(call: FunctionEvent, classes: Mapping[str, str]) -> dict[Named, Spot]:
    rows = _Rows()

    def visit(event: FunctionEvent) -> float:
        """Microseconds in modules at or below an event."""
        below = sum(visit(child) for child in event.cpu_children)
        if not event.name.startswith(MODULE):
            return below
        name = event.name.removeprefix(MODULE)
        kind = classes.get(name, "")
        rows.add(folded(name) or kind, kind, event.cpu_time_total - below, event.cpu_time_total)
        return event.cpu_time_total

    visit(call)
    return rows.spots


def _plain(name: str) -> str:
    """Compiled graphs go by numbers and hashes, which say nothing."""
    return re.sub(r"^(## )?(Call CompiledFxGraph|Torch-Compiled Region).*", r"\2", name)
