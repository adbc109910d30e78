from __future__ import annotations

import pytest
import torch

from pytest_vidcompress.compress.va_red.adaptive_loss import (
    AdaptiveLoss,
    Pupil,
    answers_rightly,
    draw_at,
    work_of,
)
from pytest_vidcompress.compress.va_red.search_space import SearchSpace
from pytest_vidcompress.learn.distillation import Distillation
from pytest_vidcompress.measure.cost.macs import work
from tests.compress.va_red.learned import gated, model
from tests.models.convolutions.small import LABELS, noise

HARD = SearchSpace(3, soft=False)


def loss_of(pupil: Pupil, efficiency: float, targets: torch.Tensor, target: float = 0.0) -> float:
    answering = Distillation(model("x3d").module, label_weight=1.0)
    with torch.no_grad():
        return float(AdaptiveLoss(answering, efficiency, target)(pupil, noise(6), targets))


def test_work_is_saved_only_for_clips_that_are_answered_rightly() -> None:
    pupil = Pupil(gated("x3d", HARD))
    pupil.progress.fill_(0.9)
    with torch.no_grad():
        right = pupil.network(noise(6)).argmax(-1)
    wrong = (right + 1) % len(LABELS)
    # All is computed yet: the square of the whole work of each clip, for half of them.
    mixed = torch.where(torch.arange(6) < 3, right, wrong)
    for targets, share in ((right, 1.0), (wrong, 0.0), (mixed, 0.5)):
        plain = loss_of(pupil, 0, targets)
        assert loss_of(pupil, 2, targets) - plain == pytest.approx(2 * share, abs=1e-3)
        assert loss_of(pupil, 2, targets, target=0.75) - plain == pytest.approx(share / 8, abs=1e-3)


def test_work_does_not_count_before_the_policy_learns() -> None:
    pupil = Pupil(gated("x3d", SearchSpace(3, soft=True)))
    targets = torch.zeros(6, dtype=torch.long)
    assert loss_of(pupil, 0, targets) == loss_of(pupil, 5, targets)


def test_a_training_goes_from_any_option_to_less_and_less_noise_to_a_policy_that_stands() -> None:
    assert draw_at(0.1, soft=False).at_random
    assert not draw_at(0.1, soft=True).at_random
    first, later = (draw_at(progress, soft=False).temperature for progress in (0.4, 0.6))
    assert first > later > 0
    for soft in (True, False):
        assert draw_at(0.9, soft).temperature == 0


@pytest.mark.parametrize("soft", [True, False])
def test_the_work_that_is_learned_of_is_that_of_the_options_and_has_a_gradient(soft: bool) -> None:
    pupil = Pupil(gated("x3d", SearchSpace(2, soft)))
    gated_parts = pupil.gated
    pupil.network(noise(2))
    whole = work(model("x3d").module, noise(1))
    macs = sum(part.cost.macs for part in gated_parts if part.cost)
    assert macs < whole.total
    assert work_of(gated_parts).tolist() == pytest.approx([1.0, 1.0])
    for part in gated_parts:
        ends = torch.tensor([[0.0, 1.0, 0.0, 1.0], [0.4, 0.6, 0.4, 0.6]]).requires_grad_()
        part.weights = ends
    found = work_of(gated_parts)
    assert found[0] < 0.4
    assert float(found[1].detach()) == pytest.approx(1.0)
    found.sum().backward()
    assert ends.grad is not None
    assert ends.grad[1, 0] > ends.grad[1, 1]


def test_of_several_labels_the_first_class_is_to_be_one() -> None:
    logits = torch.tensor([[1.0, 3.0, 2.0], [3.0, 1.0, 2.0]])
    truths = torch.tensor([[True, True, False], [False, True, True]])
    assert answers_rightly(logits, truths).tolist() == [1, 0]
    assert answers_rightly(logits, torch.tensor([1, 1])).tolist() == [1, 0]
