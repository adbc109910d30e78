from __future__ import annotations

import torch

from pytest_vidcompress.measure.accuracy.label_sets import (
    as_targets,
    label_sets,
    many_hot,
    members,
    right,
    same,
)

NAN, INF = float("nan"), float("inf")
ROWS = torch.tensor(
    [[2.0, 1.0, -1.0], [-3.0, -1.0, -2.0], [NAN, 5.0, 5.0], [-INF, -INF, -INF], [0.0, INF, -INF]]
)


def test_a_label_is_given_where_its_logit_is_above_zero() -> None:
    assert label_sets(ROWS).int().tolist() == [[1, 1, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 1, 0]]


def test_one_of_several_labels_is_enough_to_be_right() -> None:
    targets = torch.tensor([[0, 1, 1], [0, 1, 1], [0, 1, 1], [1, 1, 1], [0, 0, 0]], dtype=torch.bool)
    assert right(ROWS, targets).tolist() == [False, True, False, False, False]
    assert right(ROWS, targets, 2).tolist() == [True, True, False, False, False]
    assert right(ROWS, torch.tensor([0, 1, 1, 0, 1])).tolist() == [True, True, False, False, True]


def test_sets_of_labels_are_the_same_as_a_whole() -> None:
    other = torch.tensor(
        [[9.0, 0.1, 0.0], [-1.0, -9.0, -9.0], [NAN, 5.0, 5.0], [1.0, 1.0, 1.0], [1.0, INF, -INF]]
    )
    assert same(ROWS, other, sets=True).tolist() == [True, True, False, False, False]
    assert same(ROWS, other, sets=False).tolist() == [True, False, False, False, True]


def test_what_a_model_answers_stands_for_labels_and_is_at_least_the_highest() -> None:
    like = torch.zeros(5, 3, dtype=torch.bool)
    assert as_targets(ROWS, like).int().tolist() == [[1, 1, 0], [0, 1, 0], [0, 0, 0], [0, 0, 0], [0, 1, 0]]
    assert as_targets(ROWS, torch.zeros(5, dtype=torch.long)).tolist() == [0, 1, -1, -1, 1]


def test_label_ids_and_targets_are_two_ways_to_write_the_same() -> None:
    sets = ((0, 2), (), (1,))
    assert many_hot(sets, 3).int().tolist() == [[1, 0, 1], [0, 0, 0], [0, 1, 0]]
    assert members(many_hot(sets, 3)) == sets
    assert members(many_hot((), 3)) == ()
