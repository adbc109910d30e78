"""One model in many runtimes, precisions, batches and threads: `pytest benchmarks --vc-model=videomae --vc-grid`."""

import pytest


@pytest.mark.vc_budget(agreement=0.97)
def test_something_serves_within_the_budget(vc_grid):
    choice = vc_grid()
    assert choice.fastest
