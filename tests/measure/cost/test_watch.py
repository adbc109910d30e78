from __future__ import annotations

import pytest
import torch
from torch import nn

from pytest_vidcompress.measure.cost.watch import watchable, watching
from tests.models.small import FAMILIES, logits, network

HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_forward_hooks_always_called", "_forward_hooks_with_kwargs")


def hooked(module: nn.Module) -> bool:
    return any(getattr(part, name) for part in module.modules() for name in HOOKS)


def test_parts_enter_and_leave_in_order() -> None:
    told: list[str] = []
    module = nn.Sequential(nn.Linear(2, 2), nn.Sequential(nn.ReLU()))
    with watching(module, lambda name: told.append(f"+{name}"), lambda name: told.append(f"-{name}")):
        module(torch.ones(1, 2))
    assert told == ["+", "+0", "-0", "+1", "+1.0", "-1.0", "-1", "-"]


@pytest.mark.parametrize("family", FAMILIES)
def test_nothing_is_changed_and_nothing_is_left(family: str) -> None:
    module = network(family)
    before = logits(module)
    # What a hook returns would take the place of what is passed on.
    with watching(module, lambda name: name, lambda name: name):
        assert torch.equal(logits(module), before)
        assert hooked(module)
    assert not hooked(module)
    assert torch.equal(logits(module), before)


def test_a_part_that_raises_is_left_too() -> None:
    told: list[str] = []
    module = nn.Sequential(nn.Linear(2, 2))
    with pytest.raises(RuntimeError), watching(module, lambda _: None, told.append):
        module(torch.ones(1, 3))
    assert told == ["0", ""]
    assert not hooked(module)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of scripting
def test_what_can_be_watched() -> None:
    module = nn.Sequential(nn.ReLU())
    assert watchable(module)
    assert not watchable(torch.jit.script(nn.ReLU()))
    assert not watchable(torch.compile(module))
    assert not watchable(lambda pixels: pixels)
