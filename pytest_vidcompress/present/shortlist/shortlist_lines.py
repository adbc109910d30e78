"""What fits limits on a machine, why the rest fell out, and what makes the first: lines for people."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from ...gate.shortlist import CRITERIA, Candidate, Shortlist, Standing
from ...measure.interval import Estimate
from ..text_table import columns_within, list_within, paragraph, shorten
from ..width import WIDTH
from ..wording import count

CLOSE = "~"
"""After a number whose interval holds the limit."""
_LONGEST_NAME = 40
"""Characters of a variant beside its reasons."""

Command = Callable[[Candidate], str]
"""What makes a candidate, to be typed; or why there is none."""


def shortlist_lines(machine: str, found: Shortlist, command: Command, width: int = WIDTH) -> Iterator[str]:
    """Of one machine: title, what fits, why the rest fell out, and the command of the first."""
    yield from paragraph(f"{machine}: {_title(found)}", width)
    if found.fits:
        yield from _table(found, width)
        if any(found.is_close(each, name) for each in found.fits for name in CRITERIA):
            yield from paragraph(
                f"{CLOSE}: the limit is within the 95 % interval; another run may be beyond it", width
            )
    if found.out:
        yield "fell out:" if found.fits else "why:"
        yield from (_reasons(found, each, width) for each in found.out)
    if found.fits:
        yield "make the first:"
        yield f"  {command(found.fits[0])}"
    else:
        yield from paragraph(_nearest(found), width)


def limit_text(standing: Standing, ends: bool = True) -> str:
    """`time 31.2 ms [30.1, 32.4] > 30`; `size not measured`.

    Args:
        ends: with the interval.
    """
    criterion, value = standing.criterion, standing.value
    if value is None:
        return f"{criterion.name} not measured"
    close = CLOSE if standing.is_close else ""
    named = "" if criterion.suffix else f"{criterion.name} "
    interval = _ends(value, criterion.scale) if ends else ""
    number = f"{_number(value, criterion.scale)}{close} {criterion.unit}{interval}"
    return f"{named}{number} > {criterion.scale * standing.limit:.4g}"


def _title(found: Shortlist) -> str:
    limits = " ".join(
        CRITERIA[name].typed(CRITERIA[name].scale * limit) for name, limit in found.limits.items()
    )
    order = f", by {found.by}" if len(found.fits) > 1 else ""
    return f"{len(found.fits) or 'none'} of {count(len(found.candidates), 'variant')} within {limits}{order}"


def _table(found: Shortlist, width: int) -> list[str]:
    """The best first; its model where there are several, and what it was made with where that differs."""
    several = len({each.model for each in found.candidates}) > 1
    settings = len({each.made_with for each in found.candidates}) > 1
    header = [
        "variant",
        *(["model"] if several else []),
        *(_heading(name) for name in CRITERIA),
        "in its run",
    ]
    rows = [
        [
            f"{each.name} ({_setting(each)})" if settings else each.name,
            *([shorten(each.model, 20)] if several else []),
            *(_cell(found, each, name) for name in CRITERIA),
            each.verdict or "unchecked",
        ]
        for each in found.fits
    ]
    right = range(len(header) - 1 - len(CRITERIA), len(header) - 1)
    return columns_within(header, rows, tuple(right), width)


def _heading(name: str) -> str:
    criterion = CRITERIA[name]
    return criterion.unit if criterion.suffix else f"{name} {criterion.unit}"


def _setting(candidate: Candidate) -> str:
    return ", ".join(f"{name} {value}" for name, value in candidate.made_with) or "not known with what"


def _cell(found: Shortlist, candidate: Candidate, name: str) -> str:
    value = candidate.numbers.get(name)
    if value is None:
        return "-"
    close = CLOSE if found.is_close(candidate, name) else ""
    scale = CRITERIA[name].scale
    return f"{_number(value, scale)}{close}{_ends(value, scale)}"


def _reasons(found: Shortlist, candidate: Candidate, width: int) -> str:
    """One line, the worst first."""
    name = f"  {shorten(candidate.name, min(_LONGEST_NAME, width // 3))}: "
    room = width - len(name)
    whole, short = ([limit_text(each, ends) for each in found.broken(candidate)] for ends in (True, False))
    return name + list_within(whole if len("; ".join(whole)) <= room else short, room, "; ")


def _nearest(found: Shortlist) -> str:
    nearest = found.nearest
    if nearest is None:
        return "nothing fits: what the limits are on was not measured of any variant"
    broken = found.broken(nearest)
    closest = min(broken, key=lambda each: each.excess)
    which = f", of which {closest.criterion.name} is the nearest" if len(broken) > 1 else ""
    options = " ".join(each.criterion.typed(each.relaxed) for each in broken)
    return f"nothing fits; the nearest is {shorten(nearest.name, _LONGEST_NAME)}, with {options}{which}"


def _number(value: float, scale: float) -> str:
    scaled = scale * value
    return f"{scaled:.{0 if abs(scaled) >= 1000 else 1 if abs(scaled) >= 10 else 2}f}"


def _ends(value: Estimate, scale: float) -> str:
    if value.low == value.high:
        return ""
    low, high = (_number(end, scale) if math.isfinite(end) else "-" for end in value.interval)
    return f" [{low}, {high}]"
