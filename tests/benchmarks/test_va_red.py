"""What `va-red` saves of packaged CNNs: how still clips are told from fast ones, and the stored rows."""

from __future__ import annotations

import pytest
import torch

from benchmarks.techniques.rows import read
from benchmarks.va_red import study
from benchmarks.va_red.motion import by_motion, motion_of


def test_noise_counts_for_less_than_what_moves() -> None:
    noise = torch.randn(1, 3, 4, 16, 16, generator=torch.Generator().manual_seed(0))
    moving = torch.zeros(1, 3, 4, 16, 16)
    for frame in range(4):
        moving[:, :, frame, :, 4 * frame : 4 * frame + 4] = 1
    assert motion_of(0.3 * noise) < motion_of(moving)
    assert motion_of(torch.ones(1, 3, 4, 16, 16)) == 0


def test_less_work_for_still_clips_is_told_with_its_chance() -> None:
    motions = [float(each) for each in range(30)]
    shares = [0.4] * 10 + [0.5] * 10 + [0.6 + each / 100 for each in range(10)]
    labels = [1] * 10 + [0] * 20
    found = by_motion(motions, shares, labels, ("waving", "standing still"))
    assert found["still"] == pytest.approx(0.4)
    assert found["fast"] == pytest.approx(0.645)
    assert found["p"] < 1e-3
    assert found["by_class"] == {"waving": pytest.approx(0.5725, abs=1e-3), "standing still": 0.4}
    assert found["rank_correlation"] > 0.9


@pytest.mark.parametrize("model", study.RECIPES)
def test_rows_are_those_that_the_script_makes(model: str) -> None:
    assert {*read(study.RESULTS).get(model, {})} <= {*study.RECIPES[model]}
