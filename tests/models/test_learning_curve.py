"""A learning curve, and what is stored of it."""

from __future__ import annotations

import json

import pytest

from pytest_vidcompress.models.learning_curve import CurvePoint, LearningCurve
from pytest_vidcompress.untrusted import Malformed

CURVE = LearningCurve("distil:minutes=10", 16, (CurvePoint(10, 1.305, 2.5), CurvePoint(812, 0.42, 200.0)))


def test_it_says_what_was_trained_on_how_much() -> None:
    assert CURVE.describe() == "distil:minutes=10: 812 steps on 12,992 clips, loss 1.3 to 0.42"
    assert (CURVE.steps, CURVE.clips, CURVE.seconds) == (812, 12_992, 200.0)


def test_it_survives_a_file() -> None:
    assert LearningCurve.from_json(json.loads(json.dumps(CURVE.as_json()))) == CURVE


@pytest.mark.parametrize("changed", [{"points": 3}, {"points": [[1, 2, 3]]}, {"batch": "x"}, {"name": None}])
def test_what_is_none_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        LearningCurve.from_json({**CURVE.as_json(), **changed})
