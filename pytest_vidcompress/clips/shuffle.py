"""Any number of things in a random order, of which none has to be held: a keyed permutation of `0 ... count - 1`.

A Feistel network over the bits of the numbers, applied again to what it moves out of the range ("cycle walking":
Black and Rogaway, "Ciphers with Arbitrary Finite Domains", CT-RSA 2002).
"""

from __future__ import annotations

from hashlib import blake2b

_ROUNDS = 4


def shuffled(place: int, count: int, key: str) -> int:
    """What stands at a place of the shuffled order.

    Args:
        place: from 0.
        count: of things, more than `place`.
        key: another key, another order.
    """
    # As many bits to the left as to the right: at most four times as many numbers as there are things.
    bits = max(1, ((count - 1).bit_length() + 1) // 2)
    mask = (1 << bits) - 1
    while True:
        left, right = place >> bits, place & mask
        for turn in range(_ROUNDS):
            left, right = right, left ^ (_mixed(f"{key}:{turn}:{right}") & mask)
        place = left << bits | right
        if place < count:
            return place


def _mixed(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")
