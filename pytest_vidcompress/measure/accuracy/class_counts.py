"""Reference and variant class by class: which classes a compression hurts, and what is taken for what. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ..report import Report
from .no_answer import NO_ANSWER


@dataclass(frozen=True)
class ClassCount:
    """The clips of one class."""

    label: str
    clips: int
    before: int
    """Right by the reference."""
    lost: int
    """Right by the reference and not by the variant."""
    gained: int
    """Right by the variant and not by the reference."""

    @property
    def now(self) -> int:
        """Right by the variant."""
        return self.before - self.lost + self.gained

    @property
    def hurt(self) -> int:
        """Net loss, clips; negative where more were gained."""
        return self.lost - self.gained


@dataclass(frozen=True)
class Confusion:
    """How often clips of one class were taken for another one."""

    label: str
    taken_for: str
    before: int
    """By the reference."""
    now: int
    """By the variant."""

    @property
    def more(self) -> int:
        return self.now - self.before


def classes(report: Report) -> tuple[ClassCount, ...]:
    """Every class that has clips, the most hurt first; none where a report has no reference or no labels.

    Where a clip may have several labels it is one of each class's, right where it is given that label.
    """
    own, before = report.accuracy, report.reference.accuracy if report.reference else None
    if before is None:
        return ()
    names = report.identity.label_names
    if own.several_labels:
        rows = zip(own.label_sets, before.predicted_sets, own.predicted_sets, strict=False)
        return count_labels([*rows], names)
    return count_classes(own.labels, before.predictions, own.predictions, names)


def confusions(report: Report) -> tuple[Confusion, ...]:
    """Every pair of labels that was confused, those first that are confused more often than before.

    None where a clip may have several labels: none of them stands in another's place.
    """
    before = report.reference.accuracy.predictions if report.reference else ()
    return count_confusions(
        report.accuracy.labels, before, report.accuracy.predictions, report.identity.label_names
    )


def count_classes(
    labels: Sequence[int], before: Sequence[int], now: Sequence[int], names: Sequence[str]
) -> tuple[ClassCount, ...]:
    """Paired outcomes by class; of two that lose equally many clips, the one with fewer goes first.

    Args:
        labels: right answer of each clip, an index in `names`.
        before: answers of the reference.
        now: answers of the variant.
        names: of the labels.
    """
    clips, right, lost, gained = Counter[int](), Counter[int](), Counter[int](), Counter[int]()
    for label, was, is_ in zip(labels, before, now, strict=False):
        clips[label] += 1
        right[label] += was == label
        lost[label] += was == label != is_
        gained[label] += was != label == is_
    counted = [
        ClassCount(answer_name(names, label), clips[label], right[label], lost[label], gained[label])
        for label in clips
    ]
    return tuple(sorted(counted, key=lambda each: (-each.hurt, each.clips, each.label)))


def count_labels(
    rows: Sequence[tuple[Collection[int], Collection[int], Collection[int]]], names: Sequence[str]
) -> tuple[ClassCount, ...]:
    """As `count_classes`, where a clip may have several labels.

    Args:
        rows: of each clip its labels, those that the reference gives it, and those that the variant does.
        names: of the labels.
    """
    counted = [
        (label, *(label if label in said else NO_ANSWER for said in (was, is_)))
        for labels, was, is_ in rows
        for label in labels
    ]
    labels, before, now = zip(*counted, strict=True) if counted else ((), (), ())
    return count_classes(labels, before, now, names)


def count_confusions(
    labels: Sequence[int], before: Sequence[int], now: Sequence[int], names: Sequence[str]
) -> tuple[Confusion, ...]:
    """Wrong answers by pair of labels; arguments as of `count_classes`."""
    then, later = Counter[tuple[int, int]](), Counter[tuple[int, int]]()
    for label, was, is_ in zip(labels, before, now, strict=False):
        then[label, was] += was != label
        later[label, is_] += is_ != label
    counted = [
        Confusion(
            answer_name(names, label), answer_name(names, taken), then[label, taken], later[label, taken]
        )
        for label, taken in dict.fromkeys((*then, *later))
        if label != taken
    ]
    return tuple(sorted(counted, key=lambda each: (-each.more, -each.now, each.label, each.taken_for)))


def answer_name(names: Sequence[str], label: int) -> str:
    """Of a class, or that there is none."""
    return "no answer" if label == NO_ANSWER else names[label]


def set_name(names: Sequence[str], labels: Collection[int]) -> str:
    """Of all labels of a clip, in words."""
    return ", ".join(names[label] for label in sorted(labels)) or "no label"
