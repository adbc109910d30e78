"""What one can choose from to ship: the variants of a model and its reference, as `vidcompress choose` sees them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import median

from ....gate.shortlist import Candidate, Shortlist, shortlists
from ....measure.interval import Estimate
from ....untrusted import Malformed
from ...shortlist.run_entries import candidate_of
from ..reading.read_variant import Variant
from ..reading.run import ModelOfRun
from ..reading.values import Entry, number, text

REFERENCE = "the uncompressed model"
CONTROL = "fp32"
"""The recipe that does nothing: the reference once more."""
USUAL_DROP = 0.01
"""Share of accuracy that may be lost where no test says so."""
_NOT_SAID = {"model": "", "test": "", "clips": 0, "recipe": None}


@dataclass(frozen=True)
class Shipping:
    """The variants of a model on one machine, and its reference, as what one can choose from."""

    candidates: Sequence[Candidate]
    failed: Sequence[Candidate]
    """Would be candidates, if the gate had not failed them."""
    variants: Mapping[str, Variant]
    """By the names of the candidates."""
    accuracy: str
    """What it is called."""
    drops: frozenset[float]
    """Shares of it that tests say may be lost."""

    @property
    def drop(self) -> float:
        """What may be lost: what all tests allow that say so, or what is usual."""
        return next(iter(self.drops)) if len(self.drops) == 1 else USUAL_DROP

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
    choices = [*candidates, *([reference] if reference else [])]
    return Shipping(choices, failed, variants, model.accuracy, frozenset(_drops_of_tests(model.variants)))


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


def _drops_of_tests(variants: Sequence[Variant]) -> Iterator[float]:
    for each in variants:
        for read in each.verdicts:
            verdict = read.verdict
            if verdict.rule == "budget" and verdict.metric == each.accuracy_key and verdict.limit is not None:
                yield verdict.limit
