from __future__ import annotations

import pytest
import torch

from pytest_vidcompress.compress.va_red.policy import policy_of
from pytest_vidcompress.compress.va_red.search_space import SearchSpace
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.measure.cost.clip_macs import macs_by_clip
from pytest_vidcompress.measure.cost.macs import work
from tests.compress.va_red.learned import deciding, model
from tests.models.convolutions.small import noise


@pytest.mark.parametrize("soft", [True, False])
def test_what_a_policy_says_is_what_is_counted_clip_by_clip(soft: bool) -> None:
    module = deciding("x3d", SearchSpace(3, soft))
    clips = noise(6).split(1)
    policy = policy_of(module, [noise(6)])
    gated = [sum(layer.macs for layer in clip) for clip in policy.choices]
    counted = work(module, clips[0])
    found = macs_by_clip(module, clips[0], counted, lambda: clips)
    assert len(set(found)) > 1
    assert len({macs - own for macs, own in zip(found, gated, strict=True)}) == 1


def test_a_policy_is_told_by_layer_and_in_the_mean() -> None:
    policy = policy_of(deciding("x3d", SearchSpace(3, soft=False)), noise(6).split(2))
    assert len(policy.choices) == 6
    assert policy.mean_share == pytest.approx(sum(map(policy.share, range(6))) / 6)
    layer = policy.of_layer(policy.layers[0])
    share = sum(each.macs for each in layer) / sum(each.all_macs for each in layer)
    line = policy.lines()[0]
    assert line.startswith(f"{policy.layers[0]}: {share:.0%} of its MACs")
    halves = sum(each.ratio == 0.5 for each in layer)
    assert (f"1/2 of {halves / 6:.0%}" in line) == (halves > 0)
    assert f"{policy.mean_share:.0%} of 10 gated convolutions in the mean of 6 clips" in policy.summary()


def test_work_that_does_depend_is_counted_clip_by_clip_even_where_the_first_looks_like_nothing() -> None:
    module = deciding("x3d", SearchSpace(3, soft=False))
    first = torch.zeros_like(noise(1))
    counted = work(module, first)
    assert len(macs_by_clip(module, first, counted, lambda: noise(4).split(1))) == 4


def test_a_model_without_gates_has_no_policy() -> None:
    with pytest.raises(VidcompressError, match="a X3d without gated convolutions has no policy"):
        policy_of(model("x3d").module, [noise(1)])
