from __future__ import annotations

import time

import pytest
import torch
from torch import nn

from pytest_vidcompress.measure.latency.pairs import Alternation, Between
from pytest_vidcompress.measure.latency.rest import HANDOVER_S, handover_s


def test_torch_rests_for_nobody_but_other_runtimes() -> None:
    module = nn.Linear(2, 2)
    assert handover_s(module, nn.Identity()) == 0
    assert handover_s(module, torch.relu) == HANDOVER_S


@pytest.mark.parametrize("rest_s", [0.0, 0.02])
def test_every_call_is_rested_before_and_no_rest_is_timed(rest_s: float) -> None:
    """What a driver times, `run`, must hold the call alone."""
    ended = [time.perf_counter()]
    rests: list[float] = []

    def call() -> None:
        rests.append(time.perf_counter() - ended[-1])
        ended.append(time.perf_counter())

    alternation = Alternation(call, call, Between(rest_s))
    alternation.loop(6)
    assert len(rests) == 12
    assert min(rests) >= rest_s
    timing = alternation.times()
    # Six calls of next to nothing: had the rests been in them, they would take as long as those.
    assert rest_s == 0 or sum(timing.variant_s + timing.reference_s) < 12 * rest_s
