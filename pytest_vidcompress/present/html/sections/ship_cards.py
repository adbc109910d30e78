"""Cards of what to ship: its numbers beside the reference's, why it is the one, and what makes it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from ....gate.shortlist import CRITERIA, Candidate
from ....measure.interval import Estimate
from ...wording import count
from ..numbers import ends, megabytes, milliseconds, points
from ..page_blocks import Choice
from .shipping import REFERENCE, Shipping

MOST_BETTER = 3
"""Of those that would have been better and failed."""
_STANDINGS = {
    "passed": "It passed all that it was held to.",
    "new": "It is new: no baseline holds it yet.",
    "unchecked": "Nothing held it to anything.",
}
_MOST = {"time": ("fastest", "faster"), "size": ("smallest", "smaller")}


def cards(found: Shipping) -> Iterator[Choice]:
    """One a winner, with all that it wins."""
    drop = found.drop
    wanted = (("speed", "time", drop), ("size", "size", drop), ("losing nothing", "time", 0.0))
    won: dict[str, list[tuple[str, str, float]]] = {}
    for each in wanted:
        best = found.best({"accuracy": each[2]}, each[1])
        if best is not None:
            won.setdefault(best.name, []).append(each)
    for name, purposes in won.items():
        yield _card(found, next(each for each in found.candidates if each.name == name), purposes)


def _card(found: Shipping, best: Candidate, purposes: Sequence[tuple[str, str, float]]) -> Choice:
    words = [word for word, _, _ in purposes]
    why = [line for _, by, drop in purposes for line in _why(found, best, by, drop)]
    variant = found.variants.get(best.name)
    if variant is not None:
        why += [
            *_doubts(best, purposes[0][2]),
            _STANDINGS.get(variant.standing, f"Its verdict is {variant.standing}."),
        ]
    return Choice(
        f"For {' and '.join(words)}",
        best.name,
        [*_numbers(found, best)],
        [*dict.fromkeys(why)],
        command(best),
    )


def shares(found: Shipping, best: Candidate) -> dict[str, str]:
    """By criterion what it has of the reference's, such as `0.42 × the time`, as far as both are known."""
    words = {"time": (1, "{:.2f} × the time"), "size": (100, "{:.0f} % of the bytes")}
    said: dict[str, str] = {}
    for by, (scale, text) in words.items():
        own, whole = best.numbers.get(by), found.of(by)
        if own is not None and whole:
            said[by] = text.format(scale * own / whole)
    return said


def _numbers(found: Shipping, best: Candidate) -> Iterator[tuple[str, str]]:
    """Each beside the reference's."""
    time, size, drop = (best.numbers.get(name) for name in CRITERIA)
    beside = shares(found, best)
    if time is not None:
        yield f"{milliseconds(time)} ms", beside.get("time", "a call")
    if size is not None:
        yield megabytes(size), beside.get("size", "on disk")
    if drop is not None:
        low_high = ends(Estimate(-100 * drop, -100 * drop.high, -100 * drop.low), points)
        yield points(-100 * drop), f"points of {found.accuracy} {low_high}".rstrip()


def _why(found: Shipping, best: Candidate, by: str, drop: float) -> Iterator[str]:
    fits = found.list_within({"accuracy": drop}, by).fits
    word, more = _MOST[by]
    limit = f"at most {in_points(drop)}" if drop else "nothing"
    others = [each for each in fits if each.name != REFERENCE and by in each.numbers]
    if best.name == REFERENCE:
        yield f"No variant that loses {limit} is {more} than it."
    else:
        yield f"The {word} of {count(len(others), 'variant')} that lose {limit}."
        if len(others) > 1:
            own, then = best.numbers[by], others[1].numbers[by]
            close = ", not surely more" if then.low <= own.high else ""
            yield f"Next: {others[1].name}, {_amount(by, then)}{close}."
    yield from _failed(found, best, by, drop)


def _failed(found: Shipping, best: Candidate, by: str, drop: float) -> Iterator[str]:
    """Those that would have been better, had they not failed."""
    least = best.numbers.get(by, Estimate(float("inf")))
    better = [
        each
        for each in found.failed
        if each.numbers.get(by, least) < least and each.numbers.get("accuracy", Estimate(1.0)) <= drop
    ]
    for each in better[:MOST_BETTER]:
        metrics = dict.fromkeys(verdict.metric for verdict in found.variants[each.name].bad())
        yield f"{each.name} is {_MOST[by][1]}, but failed: {', '.join(metrics)}."


def _doubts(best: Candidate, drop: float) -> Iterator[str]:
    lost = best.numbers.get("accuracy")
    if lost is not None and lost.low < lost.high and lost.low <= drop <= lost.high:
        yield (
            f"The limit lies within the 95 % interval of what it loses on {count(best.clips, 'clip')}:"
            " more clips may say otherwise."
        )


def _amount(by: str, value: float) -> str:
    return f"{milliseconds(value)} ms" if by == "time" else megabytes(value)


def in_points(drop: float) -> str:
    """`1 point`."""
    return f"{100 * drop:g} point{'' if drop == 0.01 else 's'}"


def command(candidate: Candidate) -> str:
    """What makes the artefact; empty where the test made it by itself."""
    if not candidate.recipe:
        return ""
    words = ["vidcompress", "compress", candidate.model, candidate.recipe, "OUT"]
    return shlex.join([*words, *(f"--{name}={value}" for name, value in candidate.made_with)])
