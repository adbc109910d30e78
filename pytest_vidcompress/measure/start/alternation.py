"""Times cold starts of a variant and its reference in turns, a fresh process each, until they are enough."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..accuracy.predict import Progress
from ..latency.blocks import BASE, VARIANT, Confirmation
from ..latency.failure import Cause, Failure, FreshProcessError
from ..latency.fresh_process import ForkServer
from .cold_start import ColdStart, Start
from .package import Package

SERVER = "pytest_vidcompress.measure.start.start_server"
"""The module that a `ForkServer` runs for this."""
PATIENCE_S = 600.0
"""For a start; a compiler may take minutes."""
_MODULES = "modules"

Stop = Callable[[Confirmation], bool]
"""Have these starts said enough?"""


def start_in_turns(
    server: ForkServer,
    arms: Mapping[str, Package],
    pairs: int,
    stop: Stop,
    progress: Progress | None = None,
) -> Start:
    """Starts both arms in turns: V R, R V, V R ...

    Args:
        server: of `SERVER`; it has been given what starts need.
        arms: `VARIANT` and `BASE`, as in `blocks`.
        pairs: that there are at most.
        stop: asked after every second pair, when orders are balanced.

    Returns:
        All starts; of a variant that fails in one, how.
    """
    starts: dict[str, list[ColdStart]] = {VARIANT: [], BASE: []}
    try:
        for arm in (BASE, VARIANT):
            _import_for(server, arm, arms[arm])
        for pair in range(pairs):
            for arm in (VARIANT, BASE) if pair % 2 == 0 else (BASE, VARIANT):
                starts[arm].append(_cold_start(server, arm, arms[arm]))
            if progress:
                progress("cold starts", pair + 1, pairs)
            seen = Start(tuple(starts[VARIANT]), tuple(starts[BASE]), pairs)
            if pair % 2 and stop(seen.confirmation):
                return seen
    except FreshProcessError as error:
        return failed(error.failure)
    return Start(tuple(starts[VARIANT]), tuple(starts[BASE]), pairs)


def failed(failure: Failure) -> Start:
    """What is left of starts where one failed: how the variant did, or why there are none."""
    if failure.arm == VARIANT and failure.cause is not Cause.UNSENDABLE:
        return Start(crash=failure.text)
    whose = "its reference does not start: " if failure.arm == BASE else ""
    return Start(absent=f"{whose}{failure.text}")


def _import_for(server: ForkServer, arm: str, package: Package) -> None:
    """A start that does not count: what it imports is imported before the next ones are forked."""
    modules = _asked(server, arm, package)[_MODULES]
    server.ask({"import": modules})


def _cold_start(server: ForkServer, arm: str, package: Package) -> ColdStart:
    answer = _asked(server, arm, package)
    answer.pop(_MODULES)
    return ColdStart(**answer)


def _asked(server: ForkServer, arm: str, package: Package) -> dict[str, Any]:
    request = {"start": package.as_json(), "arm": arm, "patience_s": PATIENCE_S}
    # The server itself gives the start up that gives no answer; it is given a little longer.
    return server.ask(request, PATIENCE_S + 30)
