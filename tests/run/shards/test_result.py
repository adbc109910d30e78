"""A result is read as it was written, or not at all."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.run.shards.result import DamagedError, Made, Result

FOUND = Result(
    clips=3,
    labels=2,
    rows=struct.pack("<4f", 1.5, -2.0, float("nan"), 0.25),
    skipped=((1, "truncated", "ends\nbefore \x1b[31m its header says"),),
    exits=((1, 0), (0, 1)),
    answer="0000803f",
    made=Made("node-1", "a-cpu-2t", 2, 1.5),
)


def test_a_result_comes_back_as_it_was() -> None:
    back = Result.from_bytes(FOUND.to_bytes())
    assert (back, back.made) == (FOUND, FOUND.made)


def test_the_same_result_is_the_same_bytes() -> None:
    assert FOUND.to_bytes() == Result.from_bytes(FOUND.to_bytes()).to_bytes()


@given(place=st.integers(0, len(FOUND.to_bytes()) - 1), flip=st.integers(1, 255))
def test_a_byte_that_changed_is_seen(place: int, flip: int) -> None:
    content = bytearray(FOUND.to_bytes())
    content[place] ^= flip
    with pytest.raises(DamagedError):
        Result.from_bytes(bytes(content))


@given(length=st.integers(0, len(FOUND.to_bytes()) - 1))
def test_a_part_of_a_result_is_none(length: int) -> None:
    with pytest.raises(DamagedError):
        Result.from_bytes(FOUND.to_bytes()[:length])


@given(content=st.binary(max_size=200))
def test_noise_is_no_result(content: bytes) -> None:
    with pytest.raises(DamagedError):
        Result.from_bytes(b"vidcompress result 1\n" + content)


def test_rows_that_are_not_those_of_its_clips_are_refused() -> None:
    short = Result(clips=3, labels=2, rows=bytes(8))
    with pytest.raises(DamagedError, match="8 bytes of logits for 3 clips of 2 labels"):
        Result.from_bytes(short.to_bytes())
