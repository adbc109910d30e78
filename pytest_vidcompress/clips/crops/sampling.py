"""Which frames of a video a model looks at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

_SPAN_FPS = 30
"""Frame rate that `span` counts its rate in, frames per second."""


@dataclass(frozen=True)
class _Plan:
    count: int
    fps: float
    frames: int
    rate: int
    clip: int
    clips: int


def _span(plan: _Plan) -> tuple[int, ...]:
    span = max(plan.frames * plan.rate * plan.fps / _SPAN_FPS, 1)
    start = max(plan.count - span, 0) * plan.clip / plan.clips
    steps = max(plan.frames - 1, 1)
    # Clamping the index, not the span, is what the published code does to short videos.
    return tuple(min(int(start + (span - 1) * k / steps), plan.count - 1) for k in range(plan.frames))


def _stride(plan: _Plan) -> tuple[int, ...]:
    grid = range(0, plan.count, plan.rate)
    spare = max(len(grid) - plan.frames, 0)
    start = spare // 2 if plan.clips == 1 else spare * plan.clip // (plan.clips - 1)
    return tuple(grid[min(start + k, len(grid) - 1)] for k in range(plan.frames))


def _uniform(plan: _Plan) -> tuple[int, ...]:
    parts = plan.frames * plan.clips
    return tuple((k * plan.clips + plan.clip) * plan.count // parts for k in range(plan.frames))


def _even(plan: _Plan) -> tuple[int, ...]:
    steps = max(plan.frames * plan.clips - 1, 1)
    return tuple((k * plan.clips + plan.clip) * (plan.count - 1) // steps for k in range(plan.frames))


def _segments(plan: _Plan) -> tuple[int, ...]:
    parts = plan.frames * plan.clips
    return tuple(
        (2 * (k * plan.clips + plan.clip) + 1) * plan.count // (2 * parts) for k in range(plan.frames)
    )


_SAMPLINGS: Mapping[str, Callable[[_Plan], tuple[int, ...]]] = {
    "span": _span,
    "stride": _stride,
    "uniform": _uniform,
    "even": _even,
    "segments": _segments,
}


def indices(
    count: int, fps: float, frames: int, rate: int, sampling: str, clip: tuple[int, int] = (0, 1)
) -> tuple[int, ...]:
    """Picks the frames of one of the temporal clips of a video.

    | sampling | frames of the only clip |
    |---|---|
    | `span` | TimeSformer's: from the first frame on, evenly over `frames * rate` frames of a 30 fps video |
    | `stride` | VideoMAE's: every `rate`-th frame of the file, the middle run of them; the last one repeats |
    | `uniform` | the first frame of each of `frames` equal parts of the file |
    | `even` | evenly over the whole file, from the first frame to the last |
    | `segments` | TSN's: the middle frame of each of `frames` equal parts of the file |

    | sampling | frames of clip `k` of `n` |
    |---|---|
    | `span` | the same number of frames further on, `k / n` of what the span leaves over |
    | `stride` | one of `n` runs that lie evenly from the first to the last |
    | `uniform` | those `k / n` into each part |
    | `even`, `segments` | every `n`-th of `frames * n` such frames, from the `k`-th on |

    A video that is too short repeats frames. `span` and `stride` are the published test code's; for numbers of
    clips that nobody published they go on by the same rule.

    Args:
        count: frames in the file.
        fps: frames per second of the file; only `span` looks at it.
        frames: frames wanted.
        rate: distance between frames, for `span` and `stride`.
        sampling: see above.
        clip: which clip, from 0, and of how many.

    Returns:
        `frames` indices in `0 ... count - 1`, ascending.

    Raises:
        ValueError: an argument is out of range, or there is no such sampling.
    """
    if count < 1 or frames < 1 or rate < 1 or not fps > 0:
        raise ValueError(
            f"count, frames, rate and fps must be positive, not {count}, {frames}, {rate} and {fps}"
        )
    which, clips = clip
    if not 0 <= which < clips:
        raise ValueError(f"there is no clip {which} of {clips}")
    if sampling not in _SAMPLINGS:
        raise ValueError(f"sampling must be one of {', '.join(_SAMPLINGS)}, not {sampling!r}")
    return _SAMPLINGS[sampling](_Plan(count, fps, frames, rate, which, clips))
