from __future__ import annotations

import pytest
import torch
from torch import nn

from pytest_vidcompress.clips.profile import Profile
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.models.module_copy import module_copy, module_twin


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


@pytest.mark.filterwarnings("ignore:.*weight_norm:FutureWarning")
def test_a_twin_has_the_same_tensors_and_notes_of_its_own() -> None:
    module = nn.Sequential(
        nn.Flatten(), torch.nn.utils.weight_norm(nn.Linear(12, 3)), nn.BatchNorm1d(3)
    ).eval()
    module.seen = []  # type: ignore[assignment]
    twin, x = module_twin(module), torch.rand(1, 12)
    mine, twins = ([*each.parameters(), *each.buffers()] for each in (module, twin))
    assert len(mine) == len(twins) > 5
    assert all(one is other for one, other in zip(mine, twins, strict=True))
    assert torch.equal(twin(x), module(x))
    assert twin.seen is not module.seen
    assert not any(one is other for one, other in zip(module.modules(), twin.modules(), strict=True))
