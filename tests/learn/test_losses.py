"""What trainings make small, held to values worked out by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import nn

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.learn.losses import (
    Distillation,
    distillation_loss,
    hidden_loss,
    inputs_of,
    label_loss,
    outputs_of,
    representation_loss,
)
from tests.learn.school import untrained
from tests.models.small import network, pixels

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


@torch.no_grad()
def test_what_a_classifier_is_given_is_learned_where_a_weight_says_so() -> None:
    teacher, student = untrained(), network("videomae", seed=5)
    clips, labels = pixels(2), torch.zeros(2, dtype=torch.long)
    both = ("classifier", "classifier")
    plain = Distillation(teacher.module)(student, clips, labels)
    heavy = Distillation(teacher.module, representation_weight=3.0, classifiers=both)(student, clips, labels)
    with inputs_of(teacher.module, ["classifier"]) as aims, inputs_of(student, ["classifier"]) as own:
        teacher.module(clips)
        student(clips)
    distance = representation_loss(own["classifier"], aims["classifier"])
    assert float(heavy - plain) == pytest.approx(3 * float(distance), rel=1e-4)
    assert float(distance) > 0


def test_representations_of_other_widths_are_refused() -> None:
    narrow = network("videomae", hidden_size=12)
    loss = Distillation(
        untrained().module, representation_weight=1.0, classifiers=("classifier", "classifier")
    )
    with pytest.raises(VidcompressError, match=r"given \(1, 12\), that of its teacher \(1, 24\): leave out"):
        loss(narrow, pixels(), torch.zeros(1, dtype=torch.long))


def test_outputs_are_seen_in_the_block_alone() -> None:
    module = nn.Sequential(nn.Identity(), nn.Flatten())
    with outputs_of(module, ["1", "0"]) as seen:
        module(torch.ones(1, 2, 3))
    assert seen["0"].shape == (1, 2, 3)
    assert seen["1"].shape == (1, 6)
    module(torch.ones(1, 1, 1))
    assert seen["1"].shape == (1, 6)


def test_weights_say_what_of_a_teacher_is_learned() -> None:
    teacher, student = untrained().module, untrained().module
    name = "videomae.encoder.layer.0"
    with torch.no_grad():
        student.get_submodule(name).get_parameter("intermediate.dense.bias").add_(0.5)
    given, labels = pixels(2), torch.tensor([0, 1])

    def loss(**settings: Any) -> float:
        with torch.no_grad():
            return float(Distillation(teacher, **settings)(student, given, labels))

    classes = loss()
    assert classes > 0
    with torch.no_grad():
        assert loss(label_weight=2.0) == pytest.approx(
            classes + 2 * float(label_loss(student, given, labels))
        )
    both = loss(hidden_weight=3.0, pairs={name: name})
    with torch.no_grad(), outputs_of(student, [name]) as own, outputs_of(teacher, [name]) as theirs:
        student(given), teacher(given)
    assert both == pytest.approx(classes + 3 * float(hidden_loss([own[name]], [theirs[name]])))
    with pytest.raises(
        VidcompressError, match="no block of the student gives what a block of its teacher gives"
    ):
        loss(hidden_weight=1.0, pairs={name: "classifier"})


def test_the_teacher_learns_nothing() -> None:
    teacher, student = untrained().module, untrained("timesformer").module
    Distillation(teacher)(student, pixels(1), torch.tensor([0])).backward()
    assert all(each.grad is None for each in teacher.parameters())
    assert any(each.grad is not None for each in student.parameters())
