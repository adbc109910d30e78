"""Which variant to ship for which budget, and why: what `vidcompress choose` would say of budgets people ask for."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import median

from ....gate.shortlist import CRITERIA, Candidate, Shortlist, shortlists
from ....measure.interval import Estimate
from ....untrusted import Malformed
from ...shortlist.run_entries import candidate_of
from ...wording import count
from ..numbers import ends, megabytes, milliseconds, points
from ..page_blocks import Block, Cell, Choice, Choices, Section, Table, Text
from ..reading.read_variant import Variant
from ..reading.run import ModelOfRun
from ..reading.values import Entry, number, text

REFERENCE = "the uncompressed model"
CONTROL = "fp32"
"""The recipe that does nothing: the reference once more."""
DROPS = (0.0, 0.005, 0.01, 0.02, 0.05)
"""Shares of accuracy that may be lost, beside what tests allow."""
USUAL_DROP = 0.01
"""Where no test says what may be lost."""
SHARES = (0.75, 0.5, 0.25)
"""Of the reference's time and bytes."""
_NOT_SAID = {"model": "", "test": "", "clips": 0, "recipe": None}
MOST_BETTER = 3
"""Of those that would have been better and failed."""


@dataclass(frozen=True)
class Shipping:
    """The variants of a model on one machine, and its reference, as what one can choose from."""

    candidates: Sequence[Candidate]
    failed: Sequence[Candidate]
    """Would be candidates, if the gate had not failed them."""
    variants: Mapping[str, Variant]
    """By the names of the candidates."""
    accuracy: str

    @cached_property
    def reference(self) -> Candidate | None:
        return next((each for each in self.candidates if each.name == REFERENCE), None)

    def of(self, criterion: str) -> float | None:
        """The reference's own number."""
        return self.reference.numbers.get(criterion) if self.reference else None

    def list_within(self, limits: Mapping[str, float], by: str) -> Shortlist:
        """In the order in which one would choose."""
        found = shortlists(self.candidates, limits, by)
        return next(iter(found.values())) if found else Shortlist((), limits, by)

    def best(self, limits: Mapping[str, float], by: str) -> Candidate | None:
        fits = self.list_within(limits, by).fits
        return fits[0] if fits else None


def shipping(model: ModelOfRun) -> Shipping:
    """What can be chosen from.

    A time is its ratio, timed in turns, of one time of the reference: what a neighbour slowed is not called slower.
    """
    usual = _usual_s(model.variants)
    candidates, failed = list[Candidate](), list[Candidate]()
    variants: dict[str, Variant] = {}
    for each in model.variants:
        candidate = _candidate(each, usual)
        if candidate is not None:
            variants[each.name] = each
            (failed if each.is_failed else candidates).append(candidate)
    reference = _reference(model.variants, usual)
    return Shipping([*candidates, *([reference] if reference else [])], failed, variants, model.accuracy)


def _candidate(variant: Variant, usual: float | None) -> Candidate | None:
    """None of the control, and of what has neither time nor size."""
    try:
        found = candidate_of({**_NOT_SAID, **variant.entry, "name": variant.name})
    except (Malformed, TypeError, ValueError):
        return None
    numbers, ratio = dict(found.numbers), variant.ratio("latency_ratio")
    if ratio is not None and usual:
        numbers["time"] = Estimate(usual * ratio, usual * ratio.low, usual * ratio.high)
    is_choice = found.recipe != CONTROL and {"time", "size"} & numbers.keys()
    return replace(found, numbers=numbers) if is_choice else None


def _usual_s(variants: Sequence[Variant]) -> float | None:
    """A call of the reference, the median of what it took beside each variant."""
    pairs = [(number(each.entry, "latency"), number(each.entry, "latency_ratio")) for each in variants]
    found = [latency / ratio for latency, ratio in pairs if latency and ratio]
    return median(found) if found else None


def _reference(variants: Sequence[Variant], usual: float | None) -> Candidate | None:
    """The uncompressed model, from what variants are of it."""
    numbers: dict[str, Estimate] = {"accuracy": Estimate(0.0)}
    if usual:
        numbers["time"] = Estimate(usual)
    for each in variants:
        value, share = number(each.entry, "size_bytes"), number(each.entry, "size_ratio")
        if value and share:
            numbers.setdefault("size", Estimate(value / share))
    entry: Entry = variants[0].entry
    machine = text(entry, "machine") or "not recorded in this run"
    return Candidate(text(entry, "model"), REFERENCE, machine, numbers) if len(numbers) > 1 else None


def ship_section(model: ModelOfRun) -> Section | None:
    """Cards of what to ship, and the table of other budgets."""
    found = shipping(model)
    if not found.variants:
        return None
    drop = allowed_drop(model)
    cards = [*_cards(found, drop)]
    blocks: list[Block] = [
        Text(
            f"Of what loses at most {_in_points(drop)} of {model.accuracy}, {_whose(model)}; what failed is left out."
        ),
        Choices(cards),
        _table(found, model),
        Text("For other budgets: vidcompress choose RUN.json --max-ms=… --max-mb=… --max-drop=…", "quiet"),
    ]
    return Section("Which to ship", blocks)


def lead(model: ModelOfRun) -> str:
    """The same in one line: what one would ship, or that nothing is worth it."""
    found, drop = shipping(model), allowed_drop(model)
    if not found.variants:
        return ""
    said: dict[str, list[str]] = {}
    for by, word in (("time", "speed"), ("size", "size")):
        best = found.best({"accuracy": drop}, by)
        if best is not None and by in best.numbers:
            said.setdefault(best.name, []).append(word)
    parts = [
        f"{name} for {' and '.join(words)}" + (f" ({brief})" if (brief := _brief(found, name)) else "")
        for name, words in said.items()
    ]
    return f"{model.model}: ship {'; '.join(parts)}." if parts else ""


def allowed_drop(model: ModelOfRun) -> float:
    """What may be lost: what all tests allow that say so, or what is usual."""
    of_tests = _drops_of_tests(model)
    return next(iter(of_tests)) if len(of_tests) == 1 else USUAL_DROP


def _whose(model: ModelOfRun) -> str:
    """Who says what may be lost."""
    of_tests = sorted(_drops_of_tests(model))
    if len(of_tests) == 1:
        return "which the tests allow"
    if of_tests:
        return f"which is usual (tests allow {100 * of_tests[0]:g} to {_in_points(of_tests[-1])}, variant by variant)"
    return "which is usual (no test says what may be lost)"


def _in_points(drop: float) -> str:
    """`1 point`."""
    return f"{100 * drop:g} point{'' if drop == 0.01 else 's'}"


def _drops_of_tests(model: ModelOfRun) -> set[float]:
    return {
        read.verdict.limit
        for each in model.variants
        for read in each.verdicts
        if read.verdict.rule == "budget"
        and read.verdict.metric == each.accuracy_key
        and read.verdict.limit is not None
    }


def _cards(found: Shipping, drop: float) -> Iterator[Choice]:
    """One a winner, with all that it wins."""
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
    if variant is None:
        return Choice(
            f"For {' and '.join(words)}", best.name, [*_numbers(found, best)], [*dict.fromkeys(why)]
        )
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


def _numbers(found: Shipping, best: Candidate) -> Iterator[tuple[str, str]]:
    """Each beside the reference's."""
    time, size, drop = (best.numbers.get(name) for name in CRITERIA)
    of_time, of_size = found.of("time"), found.of("size")
    if time is not None:
        yield f"{milliseconds(time)} ms", f"{time / of_time:.2f} × the time" if of_time else "a call"
    if size is not None:
        yield megabytes(size), f"{100 * size / of_size:.0f} % of the bytes" if of_size else "on disk"
    if drop is not None:
        low_high = ends(Estimate(-100 * drop, -100 * drop.high, -100 * drop.low), points)
        yield points(-100 * drop), f"points of {found.accuracy} {low_high}".rstrip()


_STANDINGS = {
    "passed": "It passed all that it was held to.",
    "new": "It is new: no baseline holds it yet.",
    "unchecked": "Nothing held it to anything.",
}
_MOST = {"time": ("fastest", "faster"), "size": ("smallest", "smaller")}


def _why(found: Shipping, best: Candidate, by: str, drop: float) -> Iterator[str]:
    fits = found.list_within({"accuracy": drop}, by).fits
    word, more = _MOST[by]
    limit = f"at most {_in_points(drop)}" if drop else "nothing"
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


def _brief(found: Shipping, name: str) -> str:
    """`0.42 × the time, 28 % of the bytes, -0.6 points`."""
    best = next((each for each in found.candidates if each.name == name), None)
    if best is None or name == REFERENCE:
        return ""
    time, size, drop = (best.numbers.get(each) for each in CRITERIA)
    of_time, of_size = found.of("time"), found.of("size")
    parts = [
        f"{time / of_time:.2f} × the time" if time is not None and of_time else "",
        f"{100 * size / of_size:.0f} % of the bytes" if size is not None and of_size else "",
        f"{points(-100 * drop)} points" if drop is not None else "",
    ]
    return ", ".join(filter(None, parts))


def _table(found: Shipping, model: ModelOfRun) -> Table:
    """A row a budget; what is limited is not what one wants least of."""
    budgets = [
        *(
            (f"loses at most {_in_points(drop)}", {"accuracy": drop})
            for drop in sorted({*DROPS, *_drops_of_tests(model)})
        ),
        *(
            (f"takes at most {100 * share:g} % of the time", {"time": share * of})
            for share in SHARES
            if (of := found.of("time"))
        ),
        *(
            (f"has at most {100 * share:g} % of the bytes", {"size": share * of})
            for share in SHARES
            if (of := found.of("size"))
        ),
    ]
    rows = [(Cell(said), *(_best_cell(found, limits, by) for by in CRITERIA)) for said, limits in budgets]
    note = "~: the limit lies within the 95 % interval of the variant. Each beside the uncompressed model's."
    return Table(
        "Budgets, and the variant that serves best within each",
        ("budget", "fastest", "smallest", "most accurate"),
        rows,
        note,
        frozenset(range(4)),
    )


def _best_cell(found: Shipping, limits: Mapping[str, float], by: str) -> Cell:
    chosen = found.list_within(limits, by)
    best = next((each for each in chosen.fits if by in each.numbers), None)
    if best is None:
        return Cell("none", style="quiet")
    close = "~" if any(chosen.is_close(best, name) for name in limits) else ""
    return Cell(f"{best.name}{close}", detail=_brief(found, best.name))


def command(candidate: Candidate) -> str:
    """What makes the artefact; empty where the test made it by itself."""
    if not candidate.recipe:
        return ""
    words = ["vidcompress", "compress", candidate.model, candidate.recipe, "OUT"]
    return shlex.join([*words, *(f"--{name}={value}" for name, value in candidate.made_with)])
