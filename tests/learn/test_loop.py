"""The training loop: what it changes, what it leaves, and that it goes on where it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.learn.budget import Budget
from pytest_vidcompress.learn.loop import Training, train
from pytest_vidcompress.learn.losses import label_loss
from tests.learn.interruption import CHECKPOINTS, result, run_until
from tests.learn.school import lessons, loss_on, untrained


def training(steps: int = 6, **settings: Any) -> Training:
    return Training(label_loss, Budget(steps=steps), **{"batch": 6, "rate": 3e-3, **settings})


class Head(nn.Module):
    """A classifier with what behaves otherwise while training."""

    def __init__(self) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            self.norm, self.drop, self.linear = nn.BatchNorm1d(12), nn.Dropout(0.5), nn.Linear(12, 3)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return self.linear(self.drop(self.norm(pixels.mean((-1, -2)).flatten(1))))


@pytest.mark.parametrize("family", ["videomae", "timesformer"])
def test_training_lowers_the_loss_and_the_curve_says_so(family: str) -> None:
    student = untrained(family)
    before = loss_on(student, student.module)
    curve = train(student.module, training(30), lessons(student, recipe="fuse+finetune:steps=30"))
    assert loss_on(student, student.module) < 0.7 * before
    assert curve.points[-1].loss < curve.points[0].loss
    assert (curve.name, curve.steps, curve.clips) == ("finetune:steps=30", 30, 180)
    assert [point.step for point in curve.points] == [*range(1, 31)]
    assert curve.seconds == curve.points[-1].seconds > curve.points[0].seconds > 0


def test_the_same_lessons_give_the_same_weights_and_another_seed_others() -> None:
    made: list[dict[str, torch.Tensor]] = []
    for seed in (0, 0, 1):
        student = untrained()
        train(student.module, training(3), lessons(student, seed=seed))
        made.append(student.module.state_dict())
    assert all(torch.equal(made[0][name], made[1][name]) for name in made[0])
    assert not all(torch.equal(made[0][name], made[2][name]) for name in made[0])


def test_what_is_zero_in_a_matrix_stays_zero_and_what_is_not_is_trained() -> None:
    student = untrained()
    zeros: dict[str, torch.Tensor] = {}
    with torch.no_grad():
        for name, weight in student.module.named_parameters():
            if weight.ndim == 2:
                weight.masked_fill_(weight.abs() < weight.abs().median(), 0)
                zeros[name] = weight == 0
    assert zeros
    before = {name: weight.clone() for name, weight in student.module.named_parameters()}
    train(student.module, training(4, decay=0.1), lessons(student))
    for name, weight in student.module.named_parameters():
        if name in zeros:
            assert torch.equal(weight == 0, zeros[name])
            assert not torch.equal(weight, before[name])


def test_what_becomes_zero_between_steps_stays_zero_whatever_its_momentum() -> None:
    head = Head()
    seen: list[int] = []

    def prune(done: int, steps: int) -> None:
        seen.append(int((head.linear.weight == 0).sum()))
        head.linear.weight.view(-1)[: 4 * done] = 0

    train(head, training(5, after_step=prune), lessons(untrained()))
    assert seen == [0, 4, 8, 12, 16]


@pytest.mark.parametrize("dropout", [False, True])
def test_nothing_drops_unless_asked_and_statistics_of_batch_norms_stay(dropout: bool) -> None:
    head = Head().eval()
    head.norm.running_mean += 1.0
    stays = {name: each.clone() for name, each in head.norm.named_buffers()}
    modes: list[tuple[bool, bool]] = []

    def objective(module: Any, pixels: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        modes.append((module.drop.training, module.norm.training))
        return label_loss(module, pixels, labels)

    before = head.norm.weight.detach().clone()
    train(head, replace(training(2, dropout=dropout), objective=objective), lessons(untrained()))
    assert modes == [(dropout, False)] * 2
    assert all(torch.equal(each, stays[name]) for name, each in head.norm.named_buffers())
    assert not torch.equal(head.norm.weight, before)


def test_statistics_of_batch_norms_that_learn_follow_where_asked() -> None:
    for learns in (True, False):
        head = Head().eval()
        head.norm.requires_grad_(learns)
        before = head.norm.running_mean.clone()
        train(head, training(2, statistics=True), lessons(untrained()))
        assert torch.equal(head.norm.running_mean, before) != learns
        assert not head.norm.training


def test_the_module_is_as_it_was_but_for_its_weights_and_nobody_draws_other_random_numbers() -> None:
    head = Head().train()
    head.linear.bias.requires_grad_(False)
    before = head.linear.bias.clone()
    torch.manual_seed(7)
    train(head, training(2, dropout=True), lessons(untrained()))
    drawn = torch.rand(3)
    torch.manual_seed(7)
    assert torch.equal(drawn, torch.rand(3))
    assert not head.training
    assert not head.drop.training
    assert [each.requires_grad for each in head.parameters()] == [True, True, True, False]
    assert all(each.grad is None for each in head.parameters())
    assert torch.equal(before, head.linear.bias)


def test_a_module_that_is_frozen_as_a_whole_is_trained_and_frozen_again() -> None:
    head = Head().requires_grad_(False)
    before = [each.clone() for each in head.parameters()]
    train(head, training(2), lessons(untrained()))
    assert not any(torch.equal(*pair) for pair in zip(head.parameters(), before, strict=True))
    assert not any(each.requires_grad for each in head.parameters())


def test_a_loss_that_is_no_number_is_said_with_what_to_do() -> None:
    taught = lessons(untrained(), recipe="distil:rate=0.03")
    wrong = replace(training(9, rate=0.03), objective=lambda module, pixels, labels: pixels.sum() * torch.nan)
    with pytest.raises(
        VidcompressError,
        match=r"^distil:rate=0\.03: the loss is nan in step 1 of 9: take a lower learning rate, such as rate=0\.01$",
    ):
        train(Head(), wrong, taught)


def test_minutes_become_steps_by_what_a_step_takes_here(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]

    def clock() -> float:
        now[0] += 3.0
        return now[0]

    monkeypatch.setattr("pytest_vidcompress.learn.loop.now_s", clock)
    said: list[tuple[str, int, int]] = []
    taught = replace(lessons(untrained()), progress=lambda *what: said.append(what))
    budget = Budget(minutes=0.5)
    head = Head()
    curve = train(head, replace(training(), budget=budget), taught)
    assert curve.steps == 10
    assert [(done, total) for _, done, total in said] == [(done, 10) for done in range(11)]
    assert said[0][0] == "training by distil"
    assert said[-1][0] == f"training by distil; loss {curve.points[-1].loss:.3g}"
    # What was timed is no step of the training.
    other = Head()
    train(other, training(10), lessons(untrained()))
    assert torch.equal(head.linear.weight, other.linear.weight)


def test_a_training_that_is_killed_five_times_ends_with_the_weights_of_one_that_was_not(
    tmp_path: Path,
) -> None:
    disturbed, undisturbed = tmp_path / "disturbed", tmp_path / "undisturbed"
    for folder in (disturbed, undisturbed):
        folder.mkdir()
    began = [run_until(disturbed, step) for step in (6, 13, 20, 27, 34)] + [run_until(disturbed)]
    run_until(undisturbed)
    # Each went on where the one before was, or a little before that.
    assert began[0] == 0
    assert began == sorted(began)
    assert began[-1] > 20
    ours, theirs = result(disturbed), result(undisturbed)
    assert ours["points"] == theirs["points"]
    assert ours["weights"].keys() == theirs["weights"].keys()
    for name, weight in theirs["weights"].items():
        assert torch.equal(ours["weights"][name], weight), name
    assert [path.name for path in (undisturbed / CHECKPOINTS).iterdir()] == ["1.checkpoint"]


def test_a_finished_training_is_not_repeated_and_its_steps_stay_what_they_were(tmp_path: Path) -> None:
    student = untrained()
    first = train(student.module, training(5), lessons(student, tmp_path))
    again = untrained()
    stepped: list[int] = []
    # Minutes of another day would be other steps: the checkpoint says how many.
    later = replace(
        training(), budget=Budget(minutes=100), after_step=lambda done, steps: stepped.append(done)
    )
    curve = train(again.module, later, lessons(again, tmp_path))
    assert stepped == []
    assert curve == first
    weights = student.module.state_dict()
    assert all(torch.equal(each, weights[name]) for name, each in again.module.state_dict().items())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda taught: replace(taught, recipe="finetune"),
            r"of recipe 'distil' where this one has 'finetune'",
        ),
        (lambda taught: replace(taught, seed=1), r"of seed '0' where this one has '1'"),
        (
            lambda taught: replace(taught, teacher=replace(taught.teacher, module=Head())),
            r"of model 'videomae \w{16}' where this one has 'videomae \w{16}'",
        ),
    ],
)
def test_the_checkpoint_of_another_training_is_refused_and_stays(
    change: Callable[[Any], Any], said: str, tmp_path: Path
) -> None:
    student = untrained()
    train(student.module, training(2), lessons(student, tmp_path))
    file = tmp_path / "1.checkpoint"
    content = file.read_bytes()
    with pytest.raises(VidcompressError, match=said) as caught:
        train(untrained().module, training(2), change(lessons(untrained(), tmp_path)))
    assert str(file) in str(caught.value)
    assert "name another folder, or remove it" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert file.read_bytes() == content


def test_the_checkpoint_of_a_module_of_other_shapes_is_refused(tmp_path: Path) -> None:
    train(untrained().module, training(2), lessons(untrained(), tmp_path))
    with pytest.raises(
        VidcompressError, match=r"is the checkpoint of a module of other tensors: name another"
    ):
        train(Head(), training(2), lessons(untrained(), tmp_path))
