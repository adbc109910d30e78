"""Damaged files are refused or decoded, some hundred of them here; benchmarks/decode/fuzz.py does thousands."""

from __future__ import annotations

import os
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from benchmarks.decode import fuzz

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")


def test_damaged_files_do_no_harm() -> None:
    result = fuzz.run(300, seed=1)
    assert result.failures == []
    assert result.rounds == sum(result.outcomes.values()) == 300
    # Damage that is too mild or too wild would test little.
    assert result.outcomes["decoded"] > 20
    assert len(result.outcomes) >= 4


def test_a_round_depends_on_its_number_alone() -> None:
    files = [bytes(range(256)) * 20]
    assert fuzz.damaged(files, [], 0, 7) == fuzz.damaged(files, [], 0, 7) != fuzz.damaged(files, [], 0, 8)


def misbehave(lines: Connection, folder: Path, media: Path, seed: int, numbers: range) -> None:
    """A child that dies in round 2, hangs in round 4 and reports an exception in round 5."""
    lines.send(None)
    for number in numbers:
        if number == 2:
            os.abort()
        if number == 4:
            time.sleep(60)
        lines.send((number, "raised: oh" if number == 5 else "decoded", 0.0, 0))


def test_a_child_that_misbehaves_is_seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(fuzz, "_child", misbehave)
    monkeypatch.setattr(fuzz, "LIMIT_S", 0.2)
    result = fuzz.run(7, 0, tmp_path)
    assert [number for number, _ in result.failures] == [2, 4, 5]
    assert result.outcomes == {"decoded": 4, "crashed": 1, "hung": 1, "raised": 1}
