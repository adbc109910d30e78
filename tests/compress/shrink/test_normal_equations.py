from __future__ import annotations

import pytest
import torch

from pytest_vidcompress.compress.shrink.normal_equations import NormalEquations, OutputVariance


def rows(count: int = 50) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(count, 4, generator=generator) + 3, torch.randn(count, 2, generator=generator)


def test_covariances_are_those_of_the_rows() -> None:
    features, targets = rows()
    known = NormalEquations.of(features, targets)
    both = torch.cov(torch.cat((features, targets), 1).T.double(), correction=0)
    torch.testing.assert_close(known.covariance, both[None, :4, :4])
    torch.testing.assert_close(known.cross_covariance, both[:4, 4:])


@pytest.mark.parametrize("weights", [None, torch.arange(50)])
def test_those_of_groups_are_a_part_of_the_whole(weights: torch.Tensor | None) -> None:
    features, targets = rows()
    whole, apart = (NormalEquations.of(features, targets, weights, groups) for groups in (1, 2))
    for name in ("gram", "second", "covariance"):
        found, expected = getattr(apart, name), getattr(whole, name)[0]
        torch.testing.assert_close(found, torch.stack((expected[:2, :2], expected[2:, 2:])))
    torch.testing.assert_close(apart.mean, whole.mean)
    torch.testing.assert_close(apart.target_mean, whole.target_mean)


def test_of_features_by_themselves_as_many_numbers_are_kept_as_there_are() -> None:
    apart = NormalEquations.of(*rows(), groups=4)
    assert (apart.gram.numel(), apart.cross.numel()) == (4, 0)


def test_parts_add_up_to_the_whole() -> None:
    features, targets = rows()
    apart = NormalEquations.of(features[:20], targets[:20]) + NormalEquations.of(features[20:], targets[20:])
    whole = NormalEquations.of(features, targets)
    assert apart.count == whole.count == 50
    torch.testing.assert_close(apart.gram, whole.gram)
    torch.testing.assert_close(apart.cross, whole.cross)


def test_some_of_the_features_are_as_if_there_were_no_others() -> None:
    features, targets = rows()
    chosen = torch.tensor([2, 0])
    some = NormalEquations.of(features, targets).only(chosen)
    alone = NormalEquations.of(features[:, chosen], targets)
    torch.testing.assert_close(some.covariance, alone.covariance)
    torch.testing.assert_close(some.cross, alone.cross)


def test_some_of_the_groups_are_as_if_there_were_no_others() -> None:
    features, targets = rows()
    some = NormalEquations.of(features, targets, groups=2).only(torch.tensor([2, 3]))
    alone = NormalEquations.of(features[:, 2:], targets)
    torch.testing.assert_close(some.gram, alone.gram)
    torch.testing.assert_close(some.mean, alone.mean)


@pytest.mark.parametrize("has_bias", [True, False])
def test_the_error_is_the_mean_squared_distance(has_bias: bool) -> None:
    features, targets = rows()
    generator = torch.Generator().manual_seed(1)
    weight = torch.randn(2, 4, generator=generator, dtype=torch.double)
    bias = torch.randn(2, generator=generator, dtype=torch.double) if has_bias else None
    predicted = features.double() @ weight.T + (0 if bias is None else bias)
    expected = (predicted - targets).square().sum(1).mean()
    assert NormalEquations.of(features, targets).error(weight, bias) == pytest.approx(float(expected))


def test_outputs_of_one_row_a_clip_vary_over_clips() -> None:
    """As a layer behind a mean over a clip gives them."""
    clips = torch.randn(5, 1, 3, generator=torch.Generator().manual_seed(0))
    found = OutputVariance()
    for rows in clips:
        found.add(rows)
    assert found.value == pytest.approx(float(clips.flatten(0, 1).var(0, correction=0).sum()))


def test_other_outputs_vary_within_clips() -> None:
    clips = torch.randn(5, 4, 3, generator=torch.Generator().manual_seed(0)) + torch.arange(5).view(5, 1, 1)
    found = OutputVariance()
    for rows in clips:
        found.add(rows)
    assert found.value == pytest.approx(float(clips.var(1).sum(-1).mean()))


def test_what_nothing_varies_in_is_no_divisor_of_zero() -> None:
    found = OutputVariance()
    found.add(torch.ones(1, 3))
    assert found.value == 1
