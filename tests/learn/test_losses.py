"""What trainings make small, held to values worked out by hand."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from pytest_vidcompress.learn.losses import (
    distillation_loss,
    hidden_loss,
    label_distillation_loss,
    label_loss,
    representation_loss,
)

EVEN, SURE = torch.zeros(1, 2), torch.tensor([[math.log(3.0), 0.0]])


def test_label_loss_is_the_cross_entropy_of_the_answer() -> None:
    loss = label_loss(nn.Identity(), SURE, torch.tensor([0]))
    assert float(loss) == pytest.approx(math.log(4 / 3))


def test_distillation_is_the_divergence_from_the_teacher() -> None:
    # Teacher 3/4 : 1/4, student 1/2 : 1/2.
    expected = 0.75 * math.log(1.5) + 0.25 * math.log(0.5)
    assert float(distillation_loss(EVEN, SURE, 1.0)) == pytest.approx(expected)
    assert float(distillation_loss(SURE, SURE, 1.0)) == pytest.approx(0.0, abs=1e-7)
    # Twice the logits at twice the temperature are the same classes; the loss is scaled by its square.
    assert float(distillation_loss(2 * EVEN, 2 * SURE, 2.0)) == pytest.approx(4 * expected)
    two = torch.cat([EVEN, SURE]), torch.cat([SURE, SURE])
    assert float(distillation_loss(*two, 1.0)) == pytest.approx(expected / 2)


def test_of_several_labels_each_is_a_question_of_its_own() -> None:
    logits = torch.tensor([[math.log(3.0), 0.0], [0.0, -math.log(3.0)]])
    truths = torch.tensor([[True, False], [True, True]])
    loss = label_loss(nn.Identity(), logits, truths)
    assert float(loss) == pytest.approx((math.log(4 / 3) + math.log(2) + math.log(2) + math.log(4)) / 2)


def test_the_divergence_of_several_labels_is_the_sum_of_their_own() -> None:
    student, teacher = torch.zeros(1, 2), torch.tensor([[math.log(3.0), 0.0]])
    expected = 0.75 * math.log(1.5) + 0.25 * math.log(0.5)  # 3/4 : 1/4 against 1/2 : 1/2, and nothing
    assert float(label_distillation_loss(student, teacher, 1.0)) == pytest.approx(expected, rel=1e-5)
    assert float(label_distillation_loss(2 * student, 2 * teacher, 2.0)) == pytest.approx(
        4 * expected, rel=1e-5
    )
    assert float(label_distillation_loss(teacher, teacher, 1.0)) == pytest.approx(0.0, abs=1e-6)


def test_hidden_loss_is_relative_to_the_teacher() -> None:
    teacher = [torch.tensor([2.0, 2.0]), torch.tensor([[100.0]])]
    student = [torch.tensor([1.0, 2.0]), torch.tensor([[100.0]])]
    assert float(hidden_loss(student, teacher)) == pytest.approx((0.5 / 4 + 0) / 2)


def test_the_distance_of_representations_is_in_variances_of_the_teachers() -> None:
    teacher = torch.tensor([[10.0, 0.0], [14.0, 0.0]])  # of variances 4 and 0
    assert float(representation_loss(teacher + 1, teacher)) == pytest.approx(1 / 2)
    assert float(representation_loss(1000 * teacher + 1000, 1000 * teacher)) == pytest.approx(1 / 2)
    assert float(representation_loss(teacher, teacher)) == 0
    # Of one clip there is no variance, and of equal ones none to divide by.
    assert float(representation_loss(torch.zeros(1, 2), torch.tensor([[3.0, 4.0]]))) == pytest.approx(1)
    assert math.isfinite(float(representation_loss(torch.zeros(2, 2), torch.ones(2, 2))))
