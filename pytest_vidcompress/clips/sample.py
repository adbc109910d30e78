"""A fair choice of some clips, to test or to calibrate on: the same on every machine, and spread over the classes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from hashlib import sha256

from ..errors import VidcompressError
from .clip import Clip, ClipSet


def sample(
    clips: Sequence[Clip], number: int | None, seed: int, default: int | None = None
) -> tuple[Clip, ...]:
    """Picks clips at random, as evenly from each class as the classes allow.

    Clips are dealt in rounds, one of each class that has some left, in an order that only the seed, the ids
    and the labels decide. So a smaller sample is the start of a larger one, any start of it is balanced,
    and files that come or go in one class leave the picks of the others alone.

    Args:
        clips: to choose from, in any order.
        number: how many; None for `default`.
        seed: another seed, other clips.
        default: how many without a number: at most these, None for all.

    Returns:
        The clips, in the order they were dealt.

    Raises:
        VidcompressError: `number` is below one, or more than there are.
    """
    if not clips and number is not None:
        raise VidcompressError(f"cannot sample {number} clips: the clip set has none (--vc-clips)")
    if number is not None and not 1 <= number <= len(clips):
        raise VidcompressError(
            f"cannot sample {number} clips, there are {len(clips)}: --vc-sample must be 1 to {len(clips)}"
        )
    hands: defaultdict[str, list[Clip]] = defaultdict(list)
    for clip in clips:
        hands[clip.label].append(clip)
    dealt: list[tuple[int, str, Clip]] = []
    for label, hand in hands.items():
        hand.sort(key=lambda clip: (_hash(seed, clip.id), clip.id))
        dealt += ((turn, _hash(seed, label), clip) for turn, clip in enumerate(hand))
    dealt.sort(key=lambda card: card[:2])
    return tuple(clip for *_, clip in dealt[: number or default])


def calibration(clip_set: ClipSet, tested: Collection[Clip], number: int, seed: int) -> tuple[Clip, ...]:
    """Picks clips that no test sees, spread over the classes.

    Args:
        clip_set: its spare clips, or where it has none those that are not tested.
        tested: the sample.
        number: at most so many.
        seed: of the pick.

    Returns:
        The clips; none where all are tested.
    """
    seen = {clip.id for clip in tested}
    left = clip_set.spare or tuple(clip for clip in clip_set.clips if clip.id not in seen)
    return sample(left, min(number, len(left)), seed) if left else ()


def _hash(seed: int, text: str) -> str:
    return sha256(f"{seed}:{text}".encode("utf-8", "surrogatepass")).hexdigest()
