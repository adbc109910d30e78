"""Which frames of those that a model is shown it looks at. Pure.

The rows of the paper's table 1 (Bhardwaj et al., CVPR 2019):

| choice | frames |
|---|---|
| `uniform` | the first of each of as many equal parts: 0, j, 2j, ... |
| `random` | any, in their order |
| `first`, `middle`, `last` | a run of neighbours |
| `first-middle-last` | three such runs, a third of the frames each |
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from types import MappingProxyType

from ...errors import VidcompressError
from ..parameters import one_of


def frame_numbers(
    total: int, keep: int, choice: str = "uniform", seed: int = 0, together: int = 1
) -> tuple[int, ...]:
    """Their numbers, from 0, ascending.

    Args:
        total: frames that a model is shown.
        keep: of these; 0 for half.
        choice: see above.
        seed: of `random`.
        together: neighbours that stay or go as one, such as the frames of a tubelet.

    Raises:
        VidcompressError: there are not so many, or they make no whole number of groups.
    """
    keep = keep or max(1, total // together // 2) * together
    if keep > total:
        raise VidcompressError(f"keep={keep} of {total} frames: expected at most {total}")
    if keep % together:
        lower = keep // together * together
        near = f"{lower} or {lower + together}" if lower else str(together)
        raise VidcompressError(
            f"keep={keep} is no whole number of the model's tubelets, which are of {together} frames: expected"
            f" {near}"
        )
    groups = CHOICES[choice](total // together, keep // together, seed)
    return tuple(group * together + frame for group in groups for frame in range(together))


def _uniform(total: int, keep: int, seed: int) -> list[int]:
    return [place * total // keep for place in range(keep)]


def _random(total: int, keep: int, seed: int) -> list[int]:
    return sorted(Random(seed).sample(range(total), keep))


def _first(total: int, keep: int, seed: int) -> list[int]:
    return [*range(keep)]


def _middle(total: int, keep: int, seed: int) -> list[int]:
    start = (total - keep) // 2
    return [*range(start, start + keep)]


def _last(total: int, keep: int, seed: int) -> list[int]:
    return [*range(total - keep, total)]


def _first_middle_last(total: int, keep: int, seed: int) -> list[int]:
    first, middle, last = (keep + 2) // 3, (keep + 1) // 3, keep // 3
    # Where nearly all stay, the runs must not meet.
    start = min(max((total - middle) // 2, first), total - last - middle)
    return [*range(first), *range(start, start + middle), *range(total - last, total)]


CHOICES: Mapping[str, Callable[[int, int, int], list[int]]] = MappingProxyType(
    {
        "uniform": _uniform,
        "random": _random,
        "first": _first,
        "middle": _middle,
        "last": _last,
        "first-middle-last": _first_middle_last,
    }
)
"""Name -> `(groups, how many of them, seed) -> which`."""


@dataclass(frozen=True)
class Frames:
    keep: int = 0
    """Frames that are looked at; 0: half of them."""
    choice: str = "uniform"
    """Which: see above."""
    seed: int = 0
    """Of `random`, which chooses once, for all clips alike."""
    block: int = 0
    """Of an H-RNN: frames that its first LSTM reads in a row; 0: they become fewer as the frames do."""

    def __post_init__(self) -> None:
        if self.keep < 0:
            raise VidcompressError(
                f"keep={self.keep} is out of range: expected a number of frames, or 0 for half"
            )
        if self.block < 0:
            raise VidcompressError(
                f"block={self.block} is out of range: expected a number of frames, or 0 for as few as keep makes them"
            )
        one_of(self, "choice", CHOICES)
