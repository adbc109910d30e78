from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import pytest

from pytest_vidcompress.run.bundle.bundle import Bundle, as_document, from_document, is_bundle
from pytest_vidcompress.untrusted import Malformed
from tests.run.bundle.bundles import BUNDLE


def again(bundle: Bundle) -> Bundle:
    return from_document(json.loads(json.dumps(as_document(bundle), allow_nan=False)))


def test_what_is_written_is_read_again() -> None:
    read = again(BUNDLE)
    assert read.failed == BUNDLE.failed
    assert read.clips == BUNDLE.clips
    assert read.flips == BUNDLE.flips
    assert read.divergence == BUNDLE.divergence
    assert (read.environment, read.numbers) == (BUNDLE.environment, BUNDLE.numbers)
    for one, other in zip(read.verdicts, BUNDLE.verdicts, strict=True):
        for name in ("metric", "status", "rule", "measured", "stored", "limit", "reason", "evidence"):
            assert getattr(one, name) == getattr(other, name)
    assert is_bundle(as_document(BUNDLE))


def test_what_is_no_number_is_none() -> None:
    top1 = replace(BUNDLE.verdicts[1], measured=math.nan, limit=math.inf)
    (read,) = again(replace(BUNDLE, verdicts=(top1,))).verdicts
    assert (read.measured, read.limit, read.stored) == (None, None, top1.stored)
    assert again(replace(BUNDLE, divergence=None)).divergence is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"schema": 2},
        {"schema": True},
        {"failed": None},
        {"failed": {"test": 3}},
        {"clips": {**as_document(BUNDLE)["clips"], "ids": "all"}},
        {"flips": [{"id": "a"}]},
        {"verdicts": [{**as_document(BUNDLE)["verdicts"][0], "status": "fine"}]},
        {"environment": {"python": 3}},
        {"numbers": []},
        {"divergence": []},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_what_it_did_not_write_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        from_document({**as_document(BUNDLE), **wrong})


@pytest.mark.parametrize("other", [None, [], {}, {"bundle": "another"}, {"schema": 1, "recipe": ""}])
def test_what_is_none_of_ours_is_told(other: Any) -> None:
    assert not is_bundle(other)
