"""What `--vc-grid` says: axes and their values, a budget, how long to time.

runtime=torch,openvino precision=fp32,fuse+int8-static batch=1,4 threads=1,all agreement=0.99 seconds=120
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...errors import VidcompressError

USUAL = "default"
"""A grid with nothing chosen."""
AXES = ("runtime", "precision", "batch", "threads")
EXAMPLE = "runtime=torch,openvino precision=fp32,int8-static batch=1,4 threads=1,2"
GRID_CLIPS = 64
"""Clips of a run of grids, but for packaged models on packaged clips, whose calls are short."""
_MOST = 1024
_GOES_ON = re.compile(r"[\w.-]+=")
"""What is no recipe of its own, but a parameter of the one before it."""


@dataclass(frozen=True)
class GridSpec:
    """Empty axes have their usual values."""

    runtimes: tuple[str, ...] = ()
    precisions: tuple[str, ...] = ()
    """Recipes as typed."""
    batches: tuple[int, ...] = ()
    threads: tuple[int | None, ...] = ()
    """None: all of the run's."""
    seconds: float = 60.0
    """About how long to time, after everything is built."""
    limits: Mapping[str, float] = field(default_factory=dict[str, float])
    """A budget, by the names of `metrics.LIMITS`; before the test's own."""


def read_grid(given: Any) -> GridSpec | None:
    """What is typed -> the grid; None where none is asked for.

    Raises:
        VidcompressError: it cannot be; the text is what was given, and what was expected.
    """
    if given is None:
        return None
    words = [] if given == USUAL else str(given).split()
    read: dict[str, tuple[str, ...]] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals or not text:
            raise VidcompressError(
                f"{given}: {word!r} is not of the form axis=value,value, as in {EXAMPLE!r};"
                " a bare --vc-grid must be the last word of the command, or --vc-grid=default"
            )
        values = tuple(_recipes(text) if name == "precision" else text.split(","))
        read[name] = (*read.get(name, ()), *values)
    try:
        return _spec(read)
    except VidcompressError as error:
        raise VidcompressError(f"{given}: {error}") from None


def _spec(read: Mapping[str, tuple[str, ...]]) -> GridSpec:
    def axis(name: str, value: Callable[[str], Any] = str) -> tuple[Any, ...]:
        return tuple(dict.fromkeys(value(text) for text in read.get(name, ()) if text))

    limits = {name: _number(name, values) for name, values in read.items() if name not in (*AXES, "seconds")}
    _refuse_unknown(limits)
    return GridSpec(
        runtimes=axis("runtime"),
        precisions=axis("precision"),
        batches=axis("batch", lambda text: _count("batch", text)),
        threads=axis("threads", lambda text: None if text == "all" else _count("threads", text)),
        seconds=_number("seconds", read["seconds"]) if "seconds" in read else GridSpec.seconds,
        limits=limits,
    )


def _refuse_unknown(limits: Mapping[str, float]) -> None:
    if not limits:
        return
    from ...gate.budget import Budget
    from ...gate.metrics import LIMITS

    for name in limits:
        if name not in LIMITS:
            raise VidcompressError(
                f"there is no axis or limit {name!r}: there are {', '.join(AXES)}, seconds, and the limits"
                f" {', '.join(LIMITS)}"
            )
    Budget.from_kwargs(**limits)


def _recipes(text: str) -> Iterator[str]:
    """Recipes divided by commas, which divide their parameters too."""
    recipe = ""
    for part in text.split(","):
        if recipe and _GOES_ON.match(part):
            recipe += f",{part}"
            continue
        if recipe:
            yield recipe
        recipe = part
    if recipe:
        yield recipe


def _count(name: str, text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text) <= _MOST:
        raise VidcompressError(f"{name}={text}: expected a whole number of 1 to {_MOST}")
    return int(text)


def _number(name: str, values: Sequence[str]) -> float:
    try:
        (number,) = map(float, values)
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        raise VidcompressError(f"{name}={','.join(values)}: expected one number of at least 0")
    return number
