from __future__ import annotations

import pytest

from pytest_vidcompress.compress.va_red.layer_cost import cheap_kernel, layer_cost


def test_what_makes_a_channel_costs_a_sixth_of_a_filter_at_most() -> None:
    assert cheap_kernel(54) == 3
    assert cheap_kernel(53) == 1


def test_filters_and_frames_are_multiplied_and_what_makes_channels_counts() -> None:
    cost = layer_cost(100, (8, 4, 2), 9, (1, 2, 4), (5, 3, 3))
    assert cost.macs == 8 * 100 * 45
    assert cost.of_ratios == pytest.approx((1, (400 + 36) / 800, (200 + 54) / 800))
    assert cost.of_strides == (1, 3 / 5, 2 / 5)
    assert cost.macs_of((1,), (1,)) == (400 + 36) * 27
    # Of a mixture the largest option is computed, and what the smallest lacks is made.
    assert cost.macs_of((0, 1), (0, 2)) == (800 + 36) * 45
    assert cost.macs_of((0, 1, 2), (2,)) == (800 + 54) * 18
