from __future__ import annotations

from pathlib import Path

import pytest

from pytest_vidcompress.clips.clip import Clip
from pytest_vidcompress.clips.faults import Fault, Skipped, Undecodable, by_kind, too_many

KINDS = (Fault.EMPTY, Fault.TRUNCATED, Fault.TRUNCATED, Fault.MISSING)
SKIPPED = [
    Skipped.of(Clip(f"c{k}", "zumba", Path(f"c{k}.mp4")), Undecodable(f"reason {k}", kind))
    for k, kind in enumerate(KINDS)
]


def test_the_commonest_kind_first() -> None:
    assert by_kind(SKIPPED) == "2 truncated, 1 empty, 1 missing"
    assert by_kind([]) == ""
    assert (SKIPPED[0].reason, SKIPPED[0].kind) == ("reason 0", Fault.EMPTY)


@pytest.mark.parametrize(("sample", "most", "refused"), [(80, 0.05, False), (79, 0.05, True), (4, 1, False)])
def test_more_than_the_share(sample: int, most: float, refused: bool) -> None:
    assert bool(too_many(SKIPPED, sample, most)) == refused


def test_none_is_never_too_many_and_one_may_be() -> None:
    assert not too_many([], 0, 0)
    assert not too_many([], 5, 0)
    said = too_many(SKIPPED[:1], 1000, 0)
    assert said == (
        "1 of 1000 clips cannot be used, 0.1 % where --vc-max-skipped allows 0 %: 1 empty; the first is c0.mp4,"
        " reason 0; get these files again, or raise --vc-max-skipped"
    )
