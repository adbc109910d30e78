from __future__ import annotations

from typing import Any

from pytest_vidcompress.gate.verdict import Result
from pytest_vidcompress.measure.report import Report
from pytest_vidcompress.present.terminal.class_lines import (
    MOST_VARIANTS,
    class_lines,
    class_rows,
    confusion_rows,
)
from pytest_vidcompress.present.width import WIDTH
from tests.gate.reports import changed, report


def by_class(classes: int, per_class: int, lost: dict[int, int], **changes: Any) -> Report:
    """A reference that has everything right, and a variant that takes clips for the next class."""
    labels = tuple(label for label in range(classes) for _ in range(per_class))
    predictions = tuple(
        (label + 1) % classes if place % per_class < lost.get(label, 0) else label
        for place, label in enumerate(labels)
    )
    right = tuple(label == said for label, said in zip(labels, predictions, strict=True))
    names = tuple(f"class {label}" for label in range(classes))
    made = report(right, label_names=names, labels=labels, predictions=predictions, **changes)
    assert made.reference is not None
    return changed(made, reference=changed(made.reference, predictions=labels))


def test_400_classes_of_three_clips_are_named_and_prove_nothing() -> None:
    lines = class_lines([Result(by_class(400, 3, {7: 3, 9: 2, 300: 1}))])
    assert lines == [
        "classes of timesformer that lose most, right by the reference -> by the variant:",
        "  int8-dynamic: class 7 3 -> 0 of 3, class 9 3 -> 1 of 3, class 300 3 -> 2 of 3",
        "  at most 3 clips a class prove nothing of one class: among 400 it takes 13 lost",
    ]


def test_of_few_classes_only_what_is_no_chance_is_named() -> None:
    assert class_lines([Result(by_class(16, 40, {3: 2, 4: 1}))]) == []
    assert class_lines([Result(by_class(16, 40, {3: 12, 4: 1}))]) == [
        "classes of timesformer that lose most, right by the reference -> by the variant:",
        "  int8-dynamic: class 3 40 -> 28 of 40 (p=0.0039)",
    ]


def test_nothing_is_said_where_nothing_is_known_or_hurt() -> None:
    assert class_lines([Result(report())]) == []
    assert class_lines([Result(by_class(400, 3, {}))]) == []
    assert class_rows(report()) == confusion_rows(report()) == []


def test_the_terminal_stays_short() -> None:
    results = [
        Result(
            by_class(400, 3, dict.fromkeys(range(100), 3), name="prune-global:amount=0.9+int8-dynamic" * k)
        )
        for k in range(1, 9)
    ]
    lines = class_lines(results)
    assert len(lines) == 1 + MOST_VARIANTS + 2
    assert "  and 5 variants more: see --vc-report" in lines
    assert all(len(line) <= WIDTH for line in lines)


def test_rows_have_every_class() -> None:
    rows = class_rows(by_class(400, 3, {7: 3}))
    assert len(rows) == 400
    assert rows[0] == {
        "label": "class 7",
        "clips": 3,
        "reference_right": 3,
        "right": 0,
        "lost": 3,
        "gained": 0,
        "p": 1.0,
    }
    assert confusion_rows(by_class(400, 3, {7: 3})) == [
        {"label": "class 7", "taken_for": "class 8", "reference": 0, "variant": 3}
    ]
