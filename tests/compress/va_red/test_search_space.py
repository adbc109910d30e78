from __future__ import annotations

from itertools import pairwise

import pytest

from pytest_vidcompress.compress.va_red.search_space import SearchSpace


def test_a_search_space_halves_filters_and_frames() -> None:
    assert SearchSpace(2, soft=True).ratios == (1, 0.5)
    assert SearchSpace(3, soft=True).ratios == (1, 0.5, 0.25)
    assert SearchSpace(3, soft=True).strides == (1, 2, 4)


@pytest.mark.parametrize(
    ("channels", "widths"),
    [
        (144, (144, 80, 48)),
        (64, (64, 32, 16)),
        (230, (230, 128, 64)),
        (27, (27, 14, 8)),
        (3, (3, 2, 2)),
        (1, (1, 1, 1)),
    ],
)
def test_wide_layers_compute_as_many_filters_as_kernels_do_at_once(
    channels: int, widths: tuple[int, ...]
) -> None:
    assert SearchSpace(3, soft=False).widths(channels) == widths


@pytest.mark.parametrize("channels", range(1, 300, 7))
def test_no_width_is_less_than_half_of_the_one_before(channels: int) -> None:
    widths = SearchSpace(3, soft=False).widths(channels)
    for above, below in pairwise(widths):
        assert above / 2 <= below <= above
