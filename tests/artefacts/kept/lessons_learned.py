"""Models as some training left them, and what would be noted of it."""

from __future__ import annotations

import torch

from pytest_vidcompress.artefacts.kept.learned_record import LearnedRecord
from pytest_vidcompress.artefacts.save import versions
from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.compress.parameters import Nothing
from pytest_vidcompress.compress.recipe import Recipe, parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.compress.technique import Technique
from pytest_vidcompress.learn.lessons import Lessons
from pytest_vidcompress.models.learning_curve import CurvePoint, LearningCurve
from pytest_vidcompress.models.model import Model


def nudge(model: Model, parameters: Nothing, clips: Clips, lessons: Lessons) -> Model:
    with torch.no_grad():
        for weight in model.module.parameters():
            weight.mul_(1.01)
    return model


NUDGE = Technique("weights a little larger", learn=nudge)
KNOWN = {**TECHNIQUES, "nudge": NUDGE}
CURVE = LearningCurve("nudge", 4, (CurvePoint(1, 2.5, 0.25), CurvePoint(8, 1.5, 90.0)))
FACTS = {"recipe": "nudge", "model": "0123", "training clips": "4567", "seed": "0"}


def recipe(text: str = "nudge") -> Recipe:
    return parse(text, KNOWN)


def learned(of: Model) -> Model:
    """What `nudge` makes of a copy."""
    return nudge(of.copy(), Nothing(), None, None)  # type: ignore[arg-type]


def record(**facts: str) -> LearnedRecord:
    return LearnedRecord({**FACTS, **facts}, versions(), (CURVE,))
