from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import nn

from pytest_vidcompress.measure.accuracy.threads import SMALL_MACS, threads_to_answer


@pytest.fixture(autouse=True)
def _two() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def test_a_small_module_answers_on_one_thread_and_is_timed_on_all() -> None:
    with threads_to_answer(nn.Linear(2, 2), SMALL_MACS):
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == 2


def test_the_threads_come_back_where_it_raises() -> None:
    with pytest.raises(ZeroDivisionError), threads_to_answer(nn.Linear(2, 2), 1):
        _ = 1 / 0
    assert torch.get_num_threads() == 2


@pytest.mark.parametrize(
    ("run", "macs"),
    [(nn.Linear(2, 2), SMALL_MACS + 1), (nn.Linear(2, 2), None), (lambda pixels: pixels, 1)],
    ids=["large", "not counted", "another runtime's"],
)
def test_all_others_keep_theirs(run: object, macs: int | None) -> None:
    with threads_to_answer(run, macs):
        assert torch.get_num_threads() == 2
