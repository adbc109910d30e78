"""Values of a document that anybody may have written: what is not there, or something else, is nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ....measure.interval import Estimate

Entry = Mapping[str, Any]


def as_number(value: Any) -> float | None:
    """A finite number; None of anything else."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number and math.isfinite(value) else None


def number(entry: Entry, key: str) -> float | None:
    """Likewise, under a key."""
    return as_number(entry.get(key))


def numbers(entry: Entry, key: str) -> list[float]:
    """Those of a list."""
    return [found for each in items(entry, key) if (found := as_number(each)) is not None]


def text(entry: Entry, key: str) -> str:
    """Empty where there is none."""
    value = entry.get(key)
    return value if isinstance(value, str) else ""


def items(entry: Entry, key: str) -> Sequence[Any]:
    """A list; empty where there is none."""
    value = entry.get(key)
    return value if isinstance(value, list | tuple) else ()


def objects(entry: Entry, key: str) -> list[Entry]:
    """The objects of a list."""
    return [each for each in items(entry, key) if isinstance(each, Mapping)]


def inner(entry: Entry, key: str) -> Entry:
    """An object; empty where there is none."""
    value = entry.get(key)
    return value if isinstance(value, Mapping) else {}


def estimate(entry: Entry, key: str) -> Estimate | None:
    """A number with the interval beside it; an end that nothing bounds is infinite."""
    value = number(entry, key)
    if value is None:
        return None
    ends = items(entry, f"{key}_interval")
    if len(ends) != 2:
        return Estimate(value)
    low, high = map(as_number, ends)
    return Estimate(value, -math.inf if low is None else low, math.inf if high is None else high)
