"""A folder of crops that is kept within a size, also when several processes use it."""

from __future__ import annotations

import os
import time
import warnings
from hashlib import sha256
from multiprocessing.process import BaseProcess
from pathlib import Path
from textwrap import dedent

import pytest
import torch

from pytest_vidcompress.clips.crops.disk_cache import Shelf
from tests.forked import script, started

SHAPE = (1, 2, 3, 16, 16)
ENTRY_BYTES = 32 + 2 * 3 * 16 * 16


def key(number: int) -> str:
    return sha256(str(number).encode()).hexdigest()


def crops(number: int) -> torch.Tensor:
    """Other pixels for each number."""
    return torch.randint(0, 256, SHAPE, generator=torch.Generator().manual_seed(number)).to(torch.uint8)


def kept(shelf: Shelf, numbers: range) -> list[int]:
    return [number for number in numbers if shelf.read(key(number), SHAPE) is not None]


def total(folder: Path) -> int:
    sizes = 0
    for path in folder.glob("*.crops"):
        try:
            sizes += path.stat().st_size
        except FileNotFoundError:
            continue
    return sizes


def test_what_was_written_is_read(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "new", 10**6)
    assert shelf.read(key(1), SHAPE) is None
    shelf.write(key(1), crops(1))
    found = shelf.read(key(1), SHAPE)
    assert found is not None
    assert torch.equal(found, crops(1))
    assert shelf.read(key(1), (*SHAPE[:-1], 17)) is None
    assert shelf.read(key(2), SHAPE) is None


@pytest.mark.parametrize("entries", [1, 3, 10, 40])
def test_all_together_stay_within_the_limit(entries: int, tmp_path: Path) -> None:
    limit = entries * ENTRY_BYTES + 5
    shelf = Shelf(tmp_path, limit)
    for number in range(3 * entries + 5):
        shelf.write(key(number), crops(number))
        assert total(tmp_path) <= limit
        assert shelf.read(key(number), SHAPE) is not None
    # Little more is dropped than must be.
    assert total(tmp_path) >= limit * 0.8 - ENTRY_BYTES


def test_what_was_not_used_for_longest_goes_first(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, 8 * ENTRY_BYTES)
    for number in range(8):
        shelf.write(key(number), crops(number))
        time.sleep(0.002)
    assert shelf.read(key(0), SHAPE) is not None
    time.sleep(0.002)
    shelf.write(key(8), crops(8))
    left = kept(shelf, range(9))
    assert {0, 8} <= set(left)
    assert 1 not in left
    assert left[1:] == list(range(left[1], 9))


def test_what_is_larger_than_the_limit_is_not_kept(tmp_path: Path) -> None:
    small = Shelf(tmp_path, 3 * ENTRY_BYTES)
    for number in range(3):
        small.write(key(number), crops(number))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        small.write(key(9), torch.zeros(4 * ENTRY_BYTES, dtype=torch.uint8))
    assert kept(small, range(10)) == [0, 1, 2]


def test_a_smaller_limit_trims(tmp_path: Path) -> None:
    for number in range(10):
        Shelf(tmp_path, 10**6).write(key(number), crops(number))
        time.sleep(0.002)
    Shelf(tmp_path, 4 * ENTRY_BYTES).trim()
    assert kept(Shelf(tmp_path, 1), range(10)) == [7, 8, 9]
    Shelf(tmp_path / "none", 0).trim()
    assert not (tmp_path / "none").exists()


def test_what_is_somebody_elses_stays(tmp_path: Path) -> None:
    theirs = [tmp_path / name for name in ("weights.safetensors", "notes.part", "x.crops", "big")]
    for path in theirs:
        path.write_bytes(b"x" * 10 * ENTRY_BYTES)
        os.utime(path, (0, 0))
    old = tmp_path / f"{key(0)}.safetensors"
    old.write_bytes(b"an entry of an earlier format")
    (tmp_path / "folder").mkdir()
    shelf = Shelf(tmp_path, ENTRY_BYTES)
    for number in range(4):
        shelf.write(key(number), crops(number))
    assert all(path.stat().st_size == 10 * ENTRY_BYTES for path in theirs)
    assert not old.exists()
    assert kept(shelf, range(4)) == [3]


HAMMER = """
    import random, sys
    from pathlib import Path
    import torch
    from pytest_vidcompress.clips.crops.disk_cache import Shelf
    from tests.clips.crops.test_disk_cache import ENTRY_BYTES, SHAPE, crops, key

    random.seed(sys.argv[2])
    shelf = Shelf(Path(sys.argv[1]), 12 * ENTRY_BYTES)
    wanted = [(key(number), crops(number)) for number in range(30)]
    hits = 0
    for _ in range(1500):
        name, pixels = random.choice(wanted)
        found = shelf.read(name, SHAPE)
        if found is None:
            shelf.write(name, pixels)
        else:
            hits += 1
            assert torch.equal(found, pixels)
    assert hits > 100, hits
    """


def start(text: str, folder: Path, *arguments: object) -> BaseProcess:
    strict = f"import warnings\nwarnings.simplefilter('error', UserWarning)\n{dedent(text)}"
    output = folder.with_name(f"{folder.name} said")
    return started(script, strict, str(folder), *map(str, arguments), folder=folder.parent, output=output)


@pytest.mark.slow
def test_processes_share_a_small_one(tmp_path: Path) -> None:
    running = [start(HAMMER, tmp_path, seed) for seed in range(3)]
    most = 0
    while any(process.is_alive() for process in running):
        most = max(most, total(tmp_path))
    assert [process.exitcode for process in running] == [0, 0, 0]
    # Looking takes a moment too, in which entries come and go: one a process.
    assert 6 * ENTRY_BYTES < most <= (12 + 3) * ENTRY_BYTES
    assert total(tmp_path) <= 12 * ENTRY_BYTES
    assert not list(tmp_path.glob("*.part"))


WRITER = """
    import sys
    from pathlib import Path
    import torch
    from pytest_vidcompress.clips.crops.disk_cache import Shelf
    from tests.clips.crops.test_disk_cache import key

    shelf = Shelf(Path(sys.argv[1]), 10**9)
    pixels = torch.ones(30_000_000, dtype=torch.uint8)
    for number in range(10**6):
        shelf.write(key(number % 3), pixels)
    """


def test_a_writer_killed_half_way_leaves_a_part_that_goes_later(tmp_path: Path) -> None:
    parts: list[Path] = []
    while not parts:  # it may be killed between two writes
        writer = start(WRITER, tmp_path)
        while not list(tmp_path.glob("*.part")):
            assert writer.is_alive()
        writer.kill()
        writer.join()
        parts = list(tmp_path.glob("*.part"))
    shelf = Shelf(tmp_path, 10**9)
    shelf.trim()
    assert list(tmp_path.glob("*.part")) == parts  # whoever writes it may still be at it
    for number in range(3):
        found = shelf.read(key(number), [30_000_000])
        assert found is None or bool(found.all())
    for part in parts:
        os.utime(part, (time.time() - 7200,) * 2)
    Shelf(tmp_path, 10**9).write(key(9), crops(9))
    assert not list(tmp_path.glob("*.part"))
