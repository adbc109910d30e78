"""A run file's document, by model."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .read_variant import Variant, variants_of
from .values import Entry, inner, number, objects, text


@dataclass(frozen=True)
class ModelOfRun:
    """What a run measured of one model."""

    model: str
    variants: Sequence[Variant]
    earlier: Mapping[tuple[str, str], Sequence[Variant]]
    """The same variants in earlier runs of the page, the earliest first, by their keys."""

    @property
    def first(self) -> Entry:
        return self.variants[0].entry

    @property
    def by_time(self) -> Sequence[Variant]:
        """The fastest first."""
        return sorted(self.variants, key=lambda each: number(each.entry, "latency_ratio") or math.inf)

    @property
    def is_random(self) -> bool:
        """Weights are random: accuracy is agreement with the reference."""
        return text(self.first, "accuracy_kind") == "agreement"

    @property
    def accuracy(self) -> str:
        """What accuracy is called."""
        ranked = any(each.accuracy_key == "gap_drop" for each in self.variants)
        return "agreement" if self.is_random else "GAP" if ranked else "top-1"

    @property
    def clips(self) -> str:
        """How many counted."""
        found = [int(number(each.entry, "clips") or 0) for each in self.variants]
        low, high = min(found), max(found)
        return f"{high:,} clips" if low == high else f"{low:,} to {high:,} clips"


@dataclass(frozen=True)
class Run:
    """One document of schema 2."""

    document: Mapping[str, Any]
    name: str = ""
    """Of its file."""
    before: Sequence[Run] = ()
    """Earlier ones on the same page, the earliest first."""

    @property
    def facts(self) -> Entry:
        return inner(self.document, "run")

    @property
    def label(self) -> str:
        """What tells it from others: its file, its commit and when it began."""
        return ", ".join(filter(None, (self.name, self.origin))) or "this run"

    @property
    def origin(self) -> str:
        """Its commit and when it began, as far as it says them."""
        commit = text(self.facts, "commit")[:10]
        dirty = " with changes" if commit and self.facts.get("dirty") is True else ""
        began = text(self.facts, "began")[:16].replace("T", " ")
        return ", ".join(filter(None, (commit + dirty, began)))

    @cached_property
    def measurements(self) -> tuple[Entry, ...]:
        return tuple(each for each in objects(self.document, "measurements") if text(each, "name"))

    @cached_property
    def models(self) -> tuple[ModelOfRun, ...]:
        names = dict.fromkeys(text(each, "model") for each in self.measurements)
        return tuple(self._model(name) for name in names)

    @property
    def variants(self) -> tuple[Variant, ...]:
        """Of all models."""
        return tuple(each for model in self.models for each in model.variants)

    def _model(self, name: str) -> ModelOfRun:
        own = variants_of(each for each in self.measurements if text(each, "model") == name)
        known = [{each.key: each for each in run.variants} for run in self.before]
        earlier = {each.key: [run[each.key] for run in known if each.key in run] for each in own}
        return ModelOfRun(name, own, earlier)


def read_runs(documents: Sequence[Mapping[str, Any]], names: Sequence[str] = ()) -> tuple[Run, ...]:
    """In the order in which they are given: the last is the one that is looked at.

    Args:
        names: of their files, where there are several.
    """
    runs: list[Run] = []
    for place, document in enumerate(documents):
        name = names[place] if place < len(names) else ""
        runs.append(Run(document, name, tuple(runs)))
    return tuple(runs)
