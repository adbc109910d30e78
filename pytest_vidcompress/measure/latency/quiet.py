"""Which pairs were timed while the machine was quiet. Pure.

A neighbour that takes a core makes calls of several threads tens of times slower, one arm of a pair more than
the other by chance. Such pairs say nothing; between them a machine that is shared has spells of quiet.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

SLACK = 1.3
"""Times the fast calls that a call of a quiet machine may take: most vary by a few percent, not by a third."""
FAST = 0.1
"""Share of the calls that count as the fast ones."""


def quiet(variant_s: Sequence[float], base_s: Sequence[float]) -> list[int]:
    """Indices of the pairs in which both arms ran about as fast as they can.

    Both arms are asked the same, each against its own fast calls: what is left favours neither.
    """
    if not variant_s:
        return []
    variant_limit, base_limit = _limit(variant_s, base_s), _limit(base_s, variant_s)
    times = zip(variant_s, base_s, strict=True)
    return [i for i, (v, b) in enumerate(times) if v <= variant_limit and b <= base_limit]


def calm(seconds: Sequence[float], blocks: Sequence[range]) -> list[bool]:
    """Of each call of one arm: did it run about as fast as it can?

    Args:
        blocks: which calls lie together; as fast as those, where these are not all slow.
    """
    found: list[bool] = []
    for block in blocks:
        own = [seconds[i] for i in block]
        fast = _fast(own) if own else 0.0
        limit = SLACK * fast if fast <= SLACK * _fast(seconds) else 0.0
        found += [each <= limit for each in own]
    return found


def _limit(own_s: Sequence[float], other_s: Sequence[float]) -> float:
    """The longest that a call of one arm takes on a quiet machine.

    A call of half a millisecond on several threads varies by more than the slack whatever the neighbours do: what is
    usual of it while the other arm is fast is quiet too, within the slack of the fast calls.
    """
    fast, steady = _fast(own_s), SLACK * _fast(other_s)
    usual = median(own for own, other in zip(own_s, other_s, strict=True) if other <= steady)
    return SLACK * min(max(fast, usual), SLACK * fast)


def _fast(seconds: Sequence[float]) -> float:
    return sorted(seconds)[int(FAST * len(seconds))]
