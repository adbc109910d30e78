from __future__ import annotations

import math
import sys

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.measure.accuracy.label_sets import answers
from pytest_vidcompress.measure.accuracy.no_answer import NO_ANSWER
from pytest_vidcompress.measure.accuracy.scores import accuracy, likeness


def test_an_example_by_hand() -> None:
    # Seven labels; the second clip is right at second place, the third at sixth.
    logits = torch.tensor(
        [[9, 0, 0, 0, 0, 0, 0], [7, 6, 5, 4, 3, 2, 1], [7, 6, 5, 4, 3, 2, 1], [0, 0, 0, 0, 0, 0, 9.0]]
    )
    reference = logits.clone()
    reference[3] = torch.tensor([9.0, 0, 0, 0, 0, 0, 0])
    found = accuracy(logits, reference, torch.tensor([0, 1, 5, 6]))
    assert (found.top1, found.top5, found.agreement) == (0.5, 0.75, 0.75)
    assert found.outcomes == (True, False, False, True)
    assert found.top1.low < 0.5 < found.top1.high


def test_divergence_is_of_the_variant_from_the_reference_in_nats() -> None:
    reference = torch.tensor([[0.5, 0.5]]).log()
    variant = torch.tensor([[0.25, 0.75]]).log()
    expected = 0.5 * math.log(0.5 / 0.25) + 0.5 * math.log(0.5 / 0.75)
    assert accuracy(variant, reference, torch.tensor([1])).kl == pytest.approx(expected)
    backwards = 0.25 * math.log(0.25 / 0.5) + 0.75 * math.log(0.75 / 0.5)
    assert accuracy(reference, variant, torch.tensor([1])).kl == pytest.approx(backwards)


rows = st.lists(st.lists(st.floats(-50, 50, width=32), min_size=3, max_size=3), min_size=1, max_size=20)


@given(rows, rows)
def test_bounds(one: list[list[float]], other: list[list[float]]) -> None:
    n = min(len(one), len(other))
    logits, reference = torch.tensor(one[:n]), torch.tensor(other[:n])
    found = accuracy(logits, reference, torch.zeros(n, dtype=torch.long))
    assert 0 <= found.top1 <= found.top5 == 1, "three labels are all among the top five"
    assert found.kl >= -1e-9
    assert len(found.outcomes) == n
    assert sum(found.outcomes) / n == found.top1
    assert found.top1.low <= found.top1 <= found.top1.high


@given(rows)
def test_a_model_agrees_with_itself(values: list[list[float]]) -> None:
    logits = torch.tensor(values)
    found = accuracy(logits, logits, torch.zeros(len(values), dtype=torch.long))
    assert (found.kl, found.agreement) == (0.0, 1.0)


def test_scaled_logits_agree_but_diverge() -> None:
    logits = torch.randn(20, 6, generator=torch.Generator().manual_seed(0))
    found = accuracy(3 * logits, logits, torch.zeros(20, dtype=torch.long))
    assert found.agreement == 1
    assert found.kl.low > 0


NAN, INF = float("nan"), float("inf")


def test_logits_that_are_none_are_never_right_and_agree_with_nothing() -> None:
    logits = torch.tensor([[NAN, NAN, NAN], [0.0, NAN, 9.0], [-INF, -INF, -INF], [9.0, 0.0, 0.0]])
    found = accuracy(logits, logits, torch.tensor([0, 1, 0, 0]))
    assert (found.top1, found.top5, found.agreement) == (0.25, 0.25, 0.25)
    assert found.predictions == (NO_ANSWER, NO_ANSWER, NO_ANSWER, 0)
    # Nor under random weights, where the labels are the reference's answers.
    assert accuracy(logits, logits, answers(logits)).top1 == 0.25


def test_a_reference_without_an_answer_is_agreed_with_by_nobody() -> None:
    void, real = torch.tensor([[NAN, 0.0, 0.0]]), torch.tensor([[1.0, 0.0, 0.0]])
    assert accuracy(real, void, torch.tensor([0])).agreement == 0
    assert accuracy(real, void, torch.tensor([0])).top1 == 1


def test_a_class_that_is_ruled_out_has_a_divergence() -> None:
    reference = torch.tensor([[0.25, 0.75, 0.0]]).log()
    # Where both rule it out it costs nothing.
    assert accuracy(reference, reference, torch.tensor([1])).kl == 0
    variant = torch.tensor([[0.0, 1.0, 0.0]]).log()
    least = math.log(sys.float_info.min)
    expected = 0.25 * (math.log(0.25) - least) + 0.75 * math.log(0.75)
    assert accuracy(variant, reference, torch.tensor([1])).kl == pytest.approx(expected)


@pytest.mark.parametrize("row", [[NAN, 0.0, 0.0], [INF, 0.0, 0.0], [INF, INF, -INF], [-INF, -INF, -INF]])
def test_every_divergence_is_a_number(row: list[float]) -> None:
    one, other = torch.tensor([row]), torch.tensor([[1.0, 2.0, 3.0]])
    for logits, reference in ((one, other), (other, one), (one, one)):
        assert math.isfinite(accuracy(logits, reference, torch.tensor([0])).kl)
    assert accuracy(one, other, torch.tensor([0])).kl > 1


def test_infinity_is_the_highest_logit() -> None:
    assert answers(torch.tensor([[0.0, INF, -INF], [INF, INF, 0.0]])).tolist() == [1, 0]


# Clips that may have several labels

SETS = torch.tensor([[1, 1, 0], [0, 1, 0], [0, 0, 1], [0, 1, 1]], dtype=torch.bool)


def test_several_labels_by_hand() -> None:
    logits = torch.tensor([[2.0, -1.0, 1.0], [3.0, 2.0, -1.0], [-5.0, -4.0, -3.0], [-2.0, -1.0, 5.0]])
    reference = logits.clone()
    reference[3] = torch.tensor([-2.0, 1.0, 5.0])
    found = accuracy(logits, reference, SETS)
    assert found.outcomes == (True, False, True, True)
    assert (found.top1, found.top5) == (0.75, 1)
    # The last clip's set is another, though its highest logit is not; two empty sets are the same.
    assert found.agreements == (True, True, True, False)
    assert found.label_sets == ((0, 1), (1,), (2,), (1, 2))
    assert found.predicted_sets == ((0, 2), (0, 1), (), (2,))
    assert (found.labels, found.predictions) == ((), ())
    assert found.several_labels
    assert found.ranking is not None
    assert found.ranking.gap < 1


def test_a_clip_of_one_class_is_not_ranked() -> None:
    found = accuracy(torch.eye(3), torch.eye(3), torch.arange(3))
    assert (found.ranking, found.label_sets, found.several_labels) == (None, (), False)


def test_each_of_several_labels_has_a_divergence_and_they_add_up() -> None:
    reference, variant = (torch.tensor([shares]).logit() for shares in ([0.5, 0.9], [0.25, 0.8]))
    expected = sum(
        p * math.log(p / q) + (1 - p) * math.log((1 - p) / (1 - q)) for p, q in ((0.5, 0.25), (0.9, 0.8))
    )
    found = likeness(variant, reference, sets=True)
    assert found.kl == pytest.approx(expected, rel=1e-5)
    assert likeness(reference, reference, sets=True).kl == 0


@pytest.mark.parametrize("row", [[NAN, 0.0, 0.0], [INF, 0.0, -INF], [-INF, -INF, -INF]])
def test_every_divergence_of_several_labels_is_a_number(row: list[float]) -> None:
    one, other = torch.tensor([row]), torch.tensor([[1.0, 2.0, 3.0]])
    for logits, reference in ((one, other), (other, one), (one, one)):
        assert math.isfinite(likeness(logits, reference, sets=True).kl)
    assert likeness(one, other, sets=True).kl > 1
