"""A suite of latency checks of models that did not change, or that are slower by a known share.

Run by `live.py`, which says in the environment how many and how much slower.
"""

import os
import time

import pytest

from benchmarks.gate.conftest import SECONDS

SLOWDOWN = float(os.environ.get("GATE_SLOWDOWN", "0"))


class Slowed:
    """Takes a known share longer than the module, whatever the machine does to that."""

    def __init__(self, module, share):
        self.module, self.share = module, share

    def __call__(self, pixels):
        started = time.perf_counter()
        logits = self.module(pixels)
        until = started + (1 + self.share) * (time.perf_counter() - started)
        while self.share and time.perf_counter() < until:
            pass
        return logits


@pytest.mark.vc_variants("fp32", "int8-dynamic", "prune-global", "prune-local-both")
@pytest.mark.parametrize("check", range(int(os.environ.get("GATE_CHECKS", "5"))))
def test_latency(check, vc_variant, vc_measure, vc_baseline, request):
    started = time.perf_counter()
    try:
        vc_baseline.check(vc_measure(Slowed(vc_variant.module, SLOWDOWN), name=vc_variant.name))
    finally:
        SECONDS[request.node.nodeid] = time.perf_counter() - started
