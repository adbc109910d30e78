from __future__ import annotations

import pytest
import torch

from pytest_vidcompress.compress.va_red.channel_order import leading_first, order_channels
from pytest_vidcompress.compress.va_red.gated_sites import sites_of
from pytest_vidcompress.compress.va_red.search_space import SearchSpace
from tests.models.convolutions.small import NAMES, logits, network, noise


def test_each_channel_is_made_of_the_one_that_is_most_alike() -> None:
    alike = torch.eye(6)
    for leader, follower in ((0, 3), (1, 5), (2, 4)):
        alike[leader, follower] = alike[follower, leader] = 0.9
    order = leading_first(alike, (6, 3))
    assert sorted(order) == [*range(6)]
    assert dict(zip(order[:3], order[3:], strict=True)) == {0: 3, 1: 5, 2: 4}


def test_what_is_left_of_a_half_leads_it_again() -> None:
    alike = torch.eye(8)
    for leader, follower in ((0, 4), (1, 5), (2, 6), (3, 7)):
        alike[leader, follower] = 0.9
    alike[0, 3] = alike[1, 2] = 0.5
    order = leading_first(alike, (8, 4, 2))
    assert {*order[:2]} == {0, 1}
    assert [channel % 4 for channel in order[4:]] == order[:4]


@pytest.mark.parametrize("name", NAMES)
def test_a_model_with_sorted_channels_is_the_same_function(name: str) -> None:
    module = network(name)
    before = logits(module)
    weights = [module.get_submodule(site.convolution).weight.clone() for site in sites_of(module)]
    order_channels(module, sites_of(module), SearchSpace(3, soft=False), noise(3))
    torch.testing.assert_close(logits(module), before, rtol=1e-4, atol=1e-4)
    after = [module.get_submodule(site.convolution).weight for site in sites_of(module)]
    assert sum(not torch.equal(old, new) for old, new in zip(weights, after, strict=True)) >= len(after) / 2
