from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.gate.class_losses import ALPHA, chances, fewest_lost
from pytest_vidcompress.gate.statistics import holm
from pytest_vidcompress.measure.accuracy.class_counts import ClassCount


def test_holm_by_hand() -> None:
    # Holm (1979): the smallest of four counts fourfold, the next threefold; none below one before it.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))
    assert holm([]) == ()


@given(st.lists(st.floats(0, 1), max_size=50))
def test_holm_is_between_the_chance_and_its_bonferroni(given: list[float]) -> None:
    adjusted = holm(given)
    assert all(p <= a <= min(1, len(given) * p) for p, a in zip(given, adjusted, strict=True))
    order = sorted(range(len(given)), key=given.__getitem__)
    assert [adjusted[place] for place in order] == sorted(adjusted)


@pytest.mark.parametrize("classes", [1, 16, 400])
def test_so_many_lost_clips_are_named_and_one_fewer_is_not(classes: int) -> None:
    lost = fewest_lost(classes)
    others = [ClassCount(f"other {k}", 3, 2, 0, 0) for k in range(classes - 1)]
    assert chances([ClassCount("hurt", lost, lost, lost, 0), *others])[0] < ALPHA
    assert chances([ClassCount("hurt", lost, lost, lost - 1, 0), *others])[0] >= ALPHA


def test_two_or_three_clips_of_400_classes_prove_nothing_of_one() -> None:
    assert fewest_lost(400) == 13
    assert min(chances([ClassCount(f"class {k}", 3, 3, 3, 0) for k in range(400)])) == 1
