"""`learning.json`: what decided a kept variant, and how its training went."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pytest_vidcompress.artefacts.kept.learned_record import FILE, LearnedRecord, read_record
from pytest_vidcompress.errors import VidcompressError
from tests.artefacts.kept.lessons_learned import CURVE, FACTS, record


def test_what_is_written_is_read(tmp_path: Path) -> None:
    written = replace(record(), halves=("classifier.weight",))
    (tmp_path / FILE).write_bytes(written.content())
    assert read_record(tmp_path) == written
    assert written.seconds == CURVE.seconds == 90


def test_where_there_is_none(tmp_path: Path) -> None:
    assert read_record(tmp_path) is None
    assert read_record(tmp_path / "nowhere") is None


@pytest.mark.parametrize(
    "content", [b"{", b"[]", b'{"facts": {"seed": 3}, "versions": {}, "curves": [], "halves": []}']
)
def test_a_damaged_one_is_refused_by_its_name(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(VidcompressError, match=r"learning\.json is damaged"):
        read_record(tmp_path)


def test_it_says_what_decided_otherwise() -> None:
    made = record(seed="1")
    assert made.differences(FACTS) == ["seed"]
    assert made.differences({**FACTS, "seed": "1"}) == []
    assert made.differences({**FACTS, "seed": "1", "teacher": "89ab"}) == ["teacher"]


def test_it_says_which_versions_are_others() -> None:
    made = LearnedRecord(FACTS, {"torch": "2.12.0", "transformers": "5.24.0"})
    assert (
        made.other_versions({"torch": "2.13.0", "transformers": "5.24.0"}) == "torch 2.12.0, here is 2.13.0"
    )
    assert made.other_versions(made.versions) == ""
