from __future__ import annotations

import pytest
import torch

from pytest_vidcompress.compress.shrink.moments import Moments, total


def rows(count: int = 50) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(count, 4, generator=generator) + 3, torch.randn(count, 2, generator=generator)


def test_covariances_are_those_of_the_rows() -> None:
    features, targets = rows()
    moments = Moments.of(features, targets)
    both = torch.cov(torch.cat((features, targets), 1).T.double(), correction=0)
    torch.testing.assert_close(moments.covariance, both[:4, :4])
    torch.testing.assert_close(moments.cross_covariance, both[:4, 4:])
    assert moments.variance == pytest.approx(float(both[4:, 4:].diagonal().sum()))


def test_parts_add_up_to_the_whole() -> None:
    features, targets = rows()
    apart = total([Moments.of(features[:20], targets[:20]), Moments.of(features[20:], targets[20:])])
    whole = Moments.of(features, targets)
    assert apart.count == whole.count == 50
    torch.testing.assert_close(apart.gram, whole.gram)
    torch.testing.assert_close(apart.cross, whole.cross)


def test_some_of_the_features_are_as_if_there_were_no_others() -> None:
    features, targets = rows()
    chosen = torch.tensor([2, 0])
    some, alone = Moments.of(features, targets).only(chosen), Moments.of(features[:, chosen], targets)
    torch.testing.assert_close(some.covariance, alone.covariance)
    torch.testing.assert_close(some.cross, alone.cross)


@pytest.mark.parametrize("has_bias", [True, False])
def test_the_error_is_the_mean_squared_distance(has_bias: bool) -> None:
    features, targets = rows()
    generator = torch.Generator().manual_seed(1)
    weight = torch.randn(2, 4, generator=generator, dtype=torch.double)
    bias = torch.randn(2, generator=generator, dtype=torch.double) if has_bias else None
    predicted = features.double() @ weight.T + (0 if bias is None else bias)
    expected = (predicted - targets).square().sum(1).mean()
    assert Moments.of(features, targets).error(weight, bias) == pytest.approx(float(expected))
