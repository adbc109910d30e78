from __future__ import annotations

import pytest
import torch
from torch import nn

from pytest_vidcompress.clips.profile import Profile
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.models.module_copy import module_copy


@pytest.mark.filterwarnings("ignore:.*weight_norm:FutureWarning")
def test_a_weight_that_is_computed_in_every_call_is_copied() -> None:
    module = nn.Sequential(nn.Flatten(), torch.nn.utils.weight_norm(nn.Linear(12, 3)))
    x = torch.ones(1, 12)
    model = Model("mine", module, Profile(1, 1, 2), ("a", "b", "c"))
    for copy in (module_copy(module), model.copy().module):
        assert torch.equal(copy(x), module(x))
        nn.init.zeros_(copy[1].weight_g)  # type: ignore[index, union-attr, arg-type]
        assert not torch.equal(copy(x), module(x))
        assert module[1].weight_g.any()  # type: ignore[operator]


def test_what_is_shared_stays_shared() -> None:
    module = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    module[1].weight = module[0].weight
    copy = module_copy(module)
    assert copy[0].weight is copy[1].weight
    assert copy[0].weight is not module[0].weight
