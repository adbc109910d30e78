"""Class by class: a few lines for the terminal, and everything for pages and files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ...gate.class_losses import ALPHA, chances, fewest_lost
from ...gate.verdict import Result
from ...measure.accuracy.class_counts import ClassCount, classes, confusions
from ...measure.report import Report
from ..text_table import list_within, paragraph, shorten
from ..width import WIDTH
from ..wording import count

MANY = 20
"""Classes from which on the most hurt are shown although they may be chance."""
MOST_VARIANTS, MOST_CLASSES = 3, 4
"""Named on the terminal."""


def class_lines(results: Sequence[Result], width: int = WIDTH) -> list[str]:
    """The classes that variants of one model hurt most; none where there is little to say.

    Of few classes only those are named that lost more than chance explains.
    """
    counted = [(result.report, classes(result.report)) for result in results]
    hurt = [(report, counts) for report, counts in counted if _worth_naming(counts)]
    if not hurt:
        return []
    hurt.sort(key=lambda each: -each[0].top1_drop)
    model = shorten(hurt[0][0].model, 30)
    lines = paragraph(f"classes of {model} that lose most, right by the reference -> by the variant:", width)
    for report, counts in hurt[:MOST_VARIANTS]:
        lines.append(_line(report, counts, width))
    if len(hurt) > MOST_VARIANTS:
        lines.append(f"  and {count(len(hurt) - MOST_VARIANTS, 'variant')} more: see --vc-report")
    total = max(len(counts) for _, counts in hurt)
    most = max(each.clips for _, counts in hurt for each in counts)
    if most < fewest_lost(total):
        each = "clip a class proves" if most == 1 else "clips a class prove"
        text = f"at most {most} {each} nothing of one class: among {total} it takes {fewest_lost(total)} lost"
        lines += paragraph(text, width, "  ")
    return lines


def class_rows(report: Report) -> list[dict[str, Any]]:
    """Every class, the most hurt first."""
    counts = classes(report)
    return [
        {
            "label": each.label,
            "clips": each.clips,
            "reference_right": each.before,
            "right": each.now,
            "lost": each.lost,
            "gained": each.gained,
            "p": float(f"{chance:.3g}"),
        }
        for each, chance in zip(counts, chances(counts), strict=True)
    ]


def confusion_rows(report: Report) -> list[dict[str, Any]]:
    """Every pair of labels that the variant confuses more often than the reference, the worst first."""
    return [
        {"label": each.label, "taken_for": each.taken_for, "reference": each.before, "variant": each.now}
        for each in confusions(report)
        if each.more > 0
    ]


def _worth_naming(counts: Sequence[ClassCount]) -> bool:
    if not counts or counts[0].hurt <= 0:
        return False
    return len(counts) > MANY or min(chances(counts)) < ALPHA


def _line(report: Report, counts: Sequence[ClassCount], width: int) -> str:
    """As many classes as fit."""
    name = f"  {shorten(report.name, min(40, width // 3))}: "
    return name + list_within(list(_texts(counts)), width - len(name))


def _texts(counts: Sequence[ClassCount]) -> Iterator[str]:
    shown = [(each, chance) for each, chance in zip(counts, chances(counts), strict=True) if each.hurt > 0]
    if len(counts) <= MANY:
        shown = [(each, chance) for each, chance in shown if chance < ALPHA]
    for each, chance in shown[:MOST_CLASSES]:
        sure = f" (p={chance:.2g})" if chance < ALPHA else ""
        yield f"{shorten(each.label, 30)} {each.before} -> {each.now} of {each.clips}{sure}"
