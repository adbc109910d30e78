"""What the parts of a model are worth, in a file and back."""

from __future__ import annotations

import json

import pytest

from pytest_vidcompress.measure.sensitivity.sensitivity import BLOCK, HEADS, MLP, Sensitivity
from pytest_vidcompress.untrusted import Malformed
from tests.run.target.sensitivities import sensitivity


def test_what_is_written_is_read() -> None:
    written = sensitivity()
    assert Sensitivity.from_json(json.loads(json.dumps(written.as_json()))) == written


def test_something_else_is_refused() -> None:
    document = sensitivity().as_json()
    document["parts"][0]["axis"] = "width"
    with pytest.raises(Malformed, match="axis"):
        Sensitivity.from_json(document)


def test_an_axis_is_the_sum_of_its_parts() -> None:
    found = sensitivity(mlp=0.1, heads=0.2, blocks=(1, 2, 3))
    assert found.blocks == 3
    assert found.total(MLP, "kl") == pytest.approx(0.3)
    assert found.total(HEADS, "kl") == pytest.approx(0.6)
    assert found.total(BLOCK, "macs_share") == pytest.approx(0.72)
