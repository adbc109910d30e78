"""What of a teacher is learned, by the weights that say so."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.learn.distillation import Distillation
from pytest_vidcompress.learn.losses import (
    class_loss,
    hidden_loss,
    label_distillation_loss,
    label_loss,
    representation_loss,
)
from pytest_vidcompress.learn.seen import inputs_of, outputs_of
from tests.learn.school import untrained
from tests.models.small import network, pixels


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


def test_truths_of_several_labels_are_learned_as_such() -> None:
    teacher, student = untrained().module, network("videomae", seed=5)
    given, truths = pixels(2), torch.tensor([[True, True, False], [False, False, False]])
    with torch.no_grad():
        own, wanted = student(given).logits, teacher(given).logits
        both = Distillation(teacher, 1.0, label_weight=2.0)(student, given, truths)
    expected = label_distillation_loss(own, wanted, 1.0) + 2 * class_loss(own, truths)
    assert float(both) == pytest.approx(float(expected))


def test_classes_are_not_learned_where_their_weight_is_none() -> None:
    teacher, student = untrained().module, network("videomae", seed=5)
    given, labels = pixels(2), torch.tensor([0, 1])
    with torch.no_grad():
        loss = Distillation(teacher, label_weight=1.0, prediction_weight=0.0)(student, given, labels)
        assert float(loss) == pytest.approx(float(label_loss(student, given, labels)))
