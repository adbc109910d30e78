from __future__ import annotations

import pytest
from torch import nn

from pytest_vidcompress.compress.layers.substitute import exactly, substitute
from pytest_vidcompress.errors import VidcompressError


def test_only_the_class_itself_is_replaced() -> None:
    class Other(nn.Linear):
        """Does something else with its weights."""

    module = nn.Sequential(nn.Linear(2, 2), Other(2, 2), nn.Sequential(nn.Linear(2, 2)))
    seen: list[str] = []
    substitute(module, exactly(nn.Linear), lambda name, part: seen.append(name))
    assert seen == ["0", "2.0"]


def test_a_bare_layer_is_no_model() -> None:
    with pytest.raises(VidcompressError, match="a bare Linear is no model"):
        substitute(nn.Linear(2, 2), exactly(nn.Linear), lambda *_: None)


def test_places_that_share_a_part_share_the_other() -> None:
    shared = nn.Linear(2, 2)
    module = nn.Sequential(shared, nn.Sequential(nn.Linear(2, 2), shared))
    substitute(module, exactly(nn.Linear), lambda name, _: nn.Identity() if name == "0" else None)
    assert type(module[0]) is nn.Identity
    assert module[1][1] is module[0]
    assert type(module[1][0]) is nn.Linear
