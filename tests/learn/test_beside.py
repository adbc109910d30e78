"""A teacher that learns beside its student: neither changes what the other would be without it."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import nn

from pytest_vidcompress.learn.beside import Beside, Pair
from pytest_vidcompress.learn.budget import Budget
from pytest_vidcompress.learn.distillation import Distillation
from pytest_vidcompress.learn.loop import Training, train
from pytest_vidcompress.learn.losses import label_loss
from tests.learn.school import lessons, untrained
from tests.models.small import network, pixels

WEIGHTS = Distillation(
    nn.Identity(), label_weight=1.0, representation_weight=5.0, classifiers=("classifier", "classifier")
)


def same(one: nn.Module, other: nn.Module) -> bool:
    theirs = other.state_dict()
    return all(torch.equal(each, theirs[name]) for name, each in one.state_dict().items())


def test_the_teacher_learns_labels_as_it_would_alone_whatever_its_student_is() -> None:
    alone = untrained()
    training = Training(label_loss, Budget(steps=4), batch=6, rate=3e-3)
    train(alone.module, training, lessons(alone))
    for seed in (3, 4):
        pair = Pair(network("videomae", seed=seed), untrained().module)
        before = network("videomae", seed=seed)
        train(pair, replace(training, objective=Beside(WEIGHTS)), lessons(alone))
        assert same(pair.teacher, alone.module)
        assert not same(pair.student, before)


def test_the_student_learns_nothing_of_the_teachers_labels_but_through_its_answers() -> None:
    pair = Pair(network("videomae", seed=3), untrained().module)
    given, labels = pixels(2), torch.tensor([0, 1])
    Beside(WEIGHTS)(pair, given, labels).backward()
    beside = gradients(pair.student)
    student, teacher = network("videomae", seed=3), untrained().module
    serial = Distillation(
        teacher, label_weight=1.0, representation_weight=5.0, classifiers=WEIGHTS.classifiers
    )
    serial(student, given, labels).backward()
    alone = gradients(student)
    assert alone.keys() == beside.keys()
    assert all(torch.allclose(each, beside[name], atol=1e-6) for name, each in alone.items())


def gradients(module: nn.Module) -> dict[str, torch.Tensor]:
    return {name: each.grad for name, each in module.named_parameters() if each.grad is not None}
