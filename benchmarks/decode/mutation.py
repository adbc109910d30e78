"""Damages the bytes of a file, as disks, downloads and chance do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

Mutation = Callable[[bytearray, Random], None]

_EXTREMES = (0, 1, 2, 7, 8, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_SPAN = 400
"""Bytes of a file at most that one mutation touches."""


def mutated(content: bytes, dice: Random) -> bytes:
    """One to five mutations.

    Half the files keep their first kilobyte, where headers are, and half their length: decoders get further.
    """
    data = bytearray(content)
    head = b""
    if dice.random() < 0.5:
        head, data = content[:1024], data[1024:]
    mutations = IN_PLACE if dice.random() < 0.5 else (*IN_PLACE, *MOVING)
    for _ in range(dice.randint(1, 5)):
        if data:
            dice.choice(mutations)(data, dice)
    return head + bytes(data)


def _span(data: Sequence[int], dice: Random) -> tuple[int, int]:
    start = dice.randrange(len(data))
    return start, min(len(data), start + dice.randint(1, _SPAN))


def _flip(data: bytearray, dice: Random) -> None:
    for _ in range(dice.randint(1, 60)):
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)


def _overwrite(data: bytearray, dice: Random) -> None:
    start, end = _span(data, dice)
    data[start:end] = dice.randbytes(end - start)


def _blank(data: bytearray, dice: Random) -> None:
    start, end = _span(data, dice)
    data[start:end] = bytes(end - start)


def _remove(data: bytearray, dice: Random) -> None:
    start, end = _span(data, dice)
    del data[start:end]


def _repeat(data: bytearray, dice: Random) -> None:
    start, end = _span(data, dice)
    data[start:start] = data[start:end] * dice.randint(1, 4)


def _move(data: bytearray, dice: Random) -> None:
    start, end = _span(data, dice)
    taken = data[start:end]
    del data[start:end]
    place = dice.randrange(len(data) + 1)
    data[place:place] = taken


def _number(data: bytearray, dice: Random) -> None:
    size = dice.choice((1, 2, 4, 8))
    start = dice.randrange(len(data))
    number = dice.choice(_EXTREMES) & ((1 << 8 * size) - 1)
    data[start : start + size] = number.to_bytes(size, dice.choice(("big", "little")))


def _cut(data: bytearray, dice: Random) -> None:
    if dice.random() < 0.3:
        del data[dice.randrange(len(data)) :]


IN_PLACE: tuple[Mutation, ...] = (_flip, _overwrite, _blank, _number)
MOVING: tuple[Mutation, ...] = (_remove, _repeat, _move, _cut)
