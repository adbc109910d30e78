from __future__ import annotations

import torch

from pytest_vidcompress.compress.va_red.decisions import Draw, by_axis, weights_of
from pytest_vidcompress.compress.va_red.search_space import SearchSpace

HARD, SOFT = SearchSpace(3, soft=False), SearchSpace(3, soft=True)
SCORES = torch.tensor([[0.1, 2.0, -1.0, 3.0, 0.5, 0.2], [-1.0, -2.0, -3.0, 0.5, 0.5, -9.0]])


def test_a_hard_gate_takes_the_best_option_of_each_axis_alone() -> None:
    assert weights_of(SCORES, HARD).tolist() == [[0, 1, 0, 1, 0, 0], [1, 0, 0, 1, 0, 0]]


def test_a_soft_gate_weighs_options_by_the_positive_part_of_tanh_and_never_takes_nothing() -> None:
    weights = weights_of(SCORES, SOFT)
    counted = SCORES[0, :3].tanh().clamp_min(0)
    torch.testing.assert_close(weights[0, :3], counted / counted.sum())
    assert weights[0, 2] == 0
    # Where no score is above 0, the best counts alone.
    assert weights[1, :3].tolist() == [1, 0, 0]
    torch.testing.assert_close(weights.unflatten(1, (2, 3)).sum(-1), torch.ones(2, 2))


def test_noise_draws_one_option_and_the_choice_has_a_gradient() -> None:
    scores = SCORES.clone().requires_grad_()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        drawn = torch.stack([weights_of(scores, HARD, Draw(3.0)) for _ in range(50)])
    assert set(drawn.detach().round(decimals=5).unique().tolist()) == {0, 1}
    # Hot noise takes others than the best, too.
    assert 0 < drawn[:, 0, 1].mean() < 1
    (drawn * torch.arange(6)).sum().backward()
    assert scores.grad is not None
    assert scores.grad.abs().sum() > 0


def test_what_is_settled_has_no_gradient() -> None:
    for space in (HARD, SOFT):
        assert not weights_of(SCORES.clone().requires_grad_(), space, Draw()).requires_grad


def test_a_batch_at_random_has_clips_of_all_and_of_the_least_of_everything() -> None:
    weights = weights_of(torch.zeros(12, 6), HARD, Draw(at_random=True))
    assert weights[:4].tolist() == [[1, 0, 0, 1, 0, 0]] * 4
    assert weights[4:6].tolist() == [[0, 0, 1, 0, 0, 1]] * 2
    torch.testing.assert_close(weights.unflatten(1, (2, 3)).sum(-1), torch.ones(12, 2))


def test_axes_are_taken_apart() -> None:
    ratios, strides = by_axis(SCORES)
    assert ratios.shape == strides.shape == (2, 3, 1, 1, 1, 1)
    assert ratios.flatten().tolist() == SCORES[:, :3].flatten().tolist()
