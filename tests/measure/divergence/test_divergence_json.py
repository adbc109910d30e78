from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_vidcompress.measure.divergence.divergence import MOST, BlockError, Divergence
from pytest_vidcompress.measure.divergence.divergence_json import divergence_from_json, divergence_json
from pytest_vidcompress.untrusted import Malformed

FOUND = Divergence(
    (BlockError("stem", 0.01, 0.01), BlockError("head", MOST, None), BlockError("norm", None, 0.0)),
    (("pool", "the variant has no such block"),),
    clips=4,
    flipped=3,
    changed=2,
    before=0.001,
    stands_for="openvino",
)


def test_what_is_written_is_read_again() -> None:
    document = json.loads(json.dumps(divergence_json(FOUND), allow_nan=False))
    assert divergence_from_json(document) == FOUND
    assert document["first"] == "head"
    assert [block["added"] for block in document["blocks"]] == pytest.approx([0.01, MOST - 0.01, 0.0])
    unseen = Divergence(unseen="a function")
    assert divergence_from_json(divergence_json(unseen)) == unseen


@pytest.mark.parametrize(
    "wrong",
    [
        {"blocks": [{"name": 1, "error": 0, "own": 0}]},
        {"blocks": [{"name": "a", "error": -1, "own": 0}]},
        {"blocks": [[]]},
        {"blocks": {}},
        {"clips": "many"},
        {"before": None},
    ],
)
def test_what_it_did_not_write_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        divergence_from_json({**divergence_json(FOUND), **wrong})
