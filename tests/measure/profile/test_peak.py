from __future__ import annotations

import time

import pytest
import torch

from pytest_vidcompress.measure.profile import peak
from pytest_vidcompress.measure.profile.peak import peak_macs_per_s


@pytest.fixture(autouse=True)
def threads() -> object:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def fastest_s(size: int, calls: int = 20) -> float:
    left, right = torch.rand(size, size), torch.rand(size, size)
    times: list[float] = []
    for _ in range(calls):
        started = time.perf_counter()
        left @ right
        times.append(time.perf_counter() - started)
    return min(times)


def test_a_product_comes_near_it_and_nothing_is_far_beyond() -> None:
    # A neighbour may take the core from either.
    for _ in range(3):
        share = 512**3 / fastest_s(512) / peak_macs_per_s()
        if 0.5 <= share <= 1.3:
            return
    pytest.fail(f"the product reached {share:.0%} of the peak")


def test_the_best_of_all_sizes_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = {256: 256**3 / 5e9, 512: 512**3 / 9e9, 1024: 1024**3 / 7e9}
    tried: list[int] = []

    def fastest(size: int, device: torch.device) -> float:
        tried.append(size)
        return seconds[size]

    monkeypatch.setattr(peak, "_fastest", fastest)
    assert peak_macs_per_s() == pytest.approx(9e9)
    # 1024 takes long enough.
    assert tried == [256, 512, 1024]


def test_a_fast_machine_is_not_given_endless_work(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []

    def fastest(size: int, device: torch.device) -> float:
        tried.append(size)
        return 1e-6

    monkeypatch.setattr(peak, "_fastest", fastest)
    peak_macs_per_s()
    assert tried[-1] == peak.LARGEST
