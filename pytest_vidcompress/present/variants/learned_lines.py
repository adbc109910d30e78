"""Learned variants: which are going to be trained, and where those of a run came from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...artefacts.kept.learned_origin import LearnedOrigin
from ..text_table import paragraph
from ..width import WIDTH
from ..wording import count


def training_lines(trainings: Sequence[str], width: int = WIDTH) -> list[str]:
    """What is going to be trained, before it is; nothing where nothing is.

    Args:
        trainings: recipe, model and how long, each in words.
    """
    if not trainings:
        return []
    head = (
        f"vidcompress: {count(len(trainings), 'variant')} to train, which are kept for the next run"
        " (--vc-learn=never skips them):"
    )
    return paragraph(head, width) + [
        line for each in trainings for line in paragraph(each, width, "  ", "    ")
    ]


def learned_lines(origins: Iterable[LearnedOrigin], width: int = WIDTH) -> list[str]:
    """A line each, by model and recipe; nothing where no variant learns."""
    ordered = sorted(origins, key=lambda each: (each.model, each.recipe))
    lines = [line for each in ordered for line in paragraph(learned_line(each), width, "  ", "    ")]
    return ["learned variants:", *lines] if lines else []


def learned_line(learned: LearnedOrigin) -> str:
    """`finetune of videomae: of an earlier run, 5 min of training`."""
    time = f", {_duration(learned.seconds)} of training" if learned.seconds else ""
    remark = f" ({learned.remark})" if learned.remark else ""
    return f"{learned.recipe} of {learned.model}: {learned.origin}{time}{remark}"


def _duration(seconds: float) -> str:
    return f"{seconds / 60:.3g} min" if seconds >= 60 else f"{seconds:.2g} s"
