"""A journal is cut, damaged and shared in every way; what is read is what was written."""

from __future__ import annotations

import multiprocessing
import os
import signal
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.measure.resume import journal
from pytest_vidcompress.measure.resume.journal import NAME, RUN, Journal, prune
from pytest_vidcompress.processes.file_lock import locked

KEY, WIDTH = b"k" * 32, 12
ONE, TWO = b"1" * RUN, b"2" * RUN
RECORD = NAME + RUN + WIDTH + 16


def name(number: int) -> bytes:
    return number.to_bytes(NAME, "big")


def row(number: int) -> bytes:
    return number.to_bytes(WIDTH, "big")


def write(path: Path, numbers: range, run: bytes = ONE, key: bytes = KEY) -> None:
    journal = Journal(path, key, WIDTH)
    for number in numbers:
        with journal.locked():
            journal.refresh()
            journal.append(name(number), run, row(number))


def read(path: Path, key: bytes = KEY) -> list[int]:
    """The numbers in a journal; each with its own row."""
    journal = Journal(path, key, WIDTH)
    journal.refresh()
    numbers = [int.from_bytes(found, "big") for found in journal.rows]
    assert [journal.rows[name(number)][1] for number in numbers] == [row(number) for number in numbers]
    return numbers


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "journal.rows"


def test_what_was_appended_is_there(path: Path) -> None:
    assert read(path) == []
    write(path, range(3))
    write(path, range(3, 5))
    assert read(path) == [0, 1, 2, 3, 4]
    assert path.stat().st_size == 5 * RECORD


@given(length=st.integers(0, 4 * RECORD))
def test_cut_anywhere_it_holds_what_was_whole_and_goes_on(length: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal.rows"
        write(path, range(4))
        os.truncate(path, length)
        whole = length // RECORD
        assert read(path) == [*range(whole)]
        write(path, range(7, 9))
        assert read(path) == [*range(whole), 7, 8]
        assert path.stat().st_size == (whole + 2) * RECORD


@given(place=st.integers(0, 4 * RECORD - 1), bit=st.integers(0, 7), tail=st.binary(max_size=2 * RECORD))
def test_damaged_anywhere_nothing_from_there_on_is_believed(place: int, bit: int, tail: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal.rows"
        write(path, range(4))
        content = bytearray(path.read_bytes())
        content[place] ^= 1 << bit
        path.write_bytes(content + tail)
        assert read(path) == [*range(place // RECORD)]
        write(path, range(7, 8))
        assert read(path) == [*range(place // RECORD), 7]


def test_under_another_key_it_is_empty(path: Path) -> None:
    write(path, range(3))
    assert read(path, b"o" * 32) == []


def test_what_others_append_is_seen(path: Path) -> None:
    one, two = Journal(path, KEY, WIDTH), Journal(path, KEY, WIDTH)
    for number, (writer, reader) in enumerate([(one, two), (two, one), (one, two)]):
        with writer.locked():
            writer.refresh()
            writer.append(name(number), ONE, row(number))
        reader.refresh()
        assert reader.rows == writer.rows


def test_a_file_that_was_removed_or_emptied_meanwhile_is_begun_again(path: Path) -> None:
    journal = Journal(path, KEY, WIDTH)
    write(path, range(3))
    journal.refresh()
    for number, remove in enumerate(
        [path.unlink, lambda: os.truncate(path, 0), lambda: os.truncate(path, 9)], 7
    ):
        remove()
        with journal.locked():
            journal.refresh()
            journal.append(name(number), ONE, row(number))
        assert read(path) == [number]
    assert len(journal.rows) == 6, "what was read once stays known"


def test_journals_share_a_few_locks(path: Path) -> None:
    for name in ("journal.rows", "jovial.rows", "other.rows"):
        write(path.with_name(name), range(2))
    assert sorted(each.name for each in path.parent.glob("*.lock")) == ["jo.lock", "ot.lock"]


@pytest.mark.parametrize("what", ["a folder", "a link", "somebody's"])
def test_a_lock_that_cannot_be_had_is_an_error_of_the_system_at_once(
    path: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "_PATIENCE_S", 0.1)
    lock = path.with_name("jo.lock")
    lock.parent.mkdir()
    with ExitStack() as stack:
        if what == "a folder":
            lock.mkdir()
        elif what == "a link":
            (path.parent / "victim").write_text("content")
            lock.symlink_to(path.parent / "victim")
        else:
            stack.enter_context(locked(lock, "it"))
        started = time.monotonic()
        with pytest.raises(OSError, match="a journal of predictions"), Journal(path, KEY, WIDTH).locked():
            pass
    assert time.monotonic() - started < 5
    assert what != "a link" or (path.parent / "victim").read_text() == "content"


def test_the_rows_of_other_runs_can_be_left_behind(path: Path) -> None:
    write(path, range(3))
    write(path, range(3, 5), TWO)
    journal = Journal(path, KEY, WIDTH)
    with journal.locked():
        journal.refresh()
        journal.forget_all_but(TWO)
        journal.append(name(5), TWO, row(5))
    assert read(path) == [3, 4, 5]


def test_many_processes_at_once(path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [
        context.Process(target=write, args=(path, range(start, start + 25))) for start in (0, 25, 50)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert sorted(read(path)) == [*range(75)]
    assert path.stat().st_size == 75 * RECORD


def test_who_is_killed_in_the_middle_of_writing_holds_up_nobody(path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    for _ in range(3):
        before = len(read(path))
        process = context.Process(target=write, args=(path, range(1_000_000)))
        process.start()
        until = time.monotonic() + 60
        while len(read(path)) < before + 20 and time.monotonic() < until:
            time.sleep(0.01)
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        found = read(path)
        assert found == [*range(len(found))]
        assert len(found) >= 20
        write(path, range(2_000_000, 2_000_001))
        assert read(path)[-1] == 2_000_000
        path.unlink()


def test_old_ones_and_what_is_too_much_are_removed(tmp_path: Path) -> None:
    for number, days in enumerate((1, 2, 3, 40)):
        write(tmp_path / f"{number}.rows", range(10))
        used_s = time.time() - 86400 * days
        os.utime(tmp_path / f"{number}.rows", (used_s, used_s))
    (tmp_path / "other.txt").touch()
    prune(tmp_path, time.time() - 86400 * 30, 1 << 20)
    assert sorted(path.name for path in tmp_path.glob("*.*") if path.suffix != ".lock") == [
        "0.rows", "1.rows", "2.rows", "other.txt",
    ]  # fmt: skip
    prune(tmp_path, 0, 25 * RECORD)
    assert sorted(path.name for path in tmp_path.glob("*.rows")) == ["0.rows", "1.rows"]
