"""Which frames of a video a model looks at."""

from __future__ import annotations

_SPAN_FPS = 30
"""Frame rate that `span` counts its rate in, frames per second."""


def indices(count: int, fps: float, frames: int, rate: int, sampling: str) -> tuple[int, ...]:
    """Picks the frames of the single temporal view of a video.

    | sampling | frames |
    |---|---|
    | `span` | TimeSformer's: from the first frame on, evenly over `frames * rate` frames of a 30 fps video |
    | `stride` | VideoMAE's: every `rate`-th frame of the file, the middle run of them; the last one repeats |
    | `uniform` | the first frame of each of `frames` equal parts of the file |
    | `even` | evenly over the whole file, from the first frame to the last |

    A video that is too short repeats frames.

    Args:
        count: frames in the file.
        fps: frames per second of the file; only `span` looks at it.
        frames: frames wanted.
        rate: distance between frames, for `span` and `stride`.
        sampling: see above.

    Returns:
        `frames` indices in `0 ... count - 1`, ascending.

    Raises:
        ValueError: an argument is out of range, or there is no such sampling.
    """
    if count < 1 or frames < 1 or rate < 1 or not fps > 0:
        raise ValueError(
            f"count, frames, rate and fps must be positive, not {count}, {frames}, {rate} and {fps}"
        )
    match sampling:
        case "span":
            # Clamping the index, not the span, is what the published code does to short videos.
            last = max(frames * rate * fps / _SPAN_FPS - 1, 0)
            return tuple(min(int(last * k / max(frames - 1, 1)), count - 1) for k in range(frames))
        case "stride":
            grid = range(0, count, rate)
            start = max(len(grid) - frames, 0) // 2
            return tuple(grid[min(start + k, len(grid) - 1)] for k in range(frames))
        case "uniform":
            return tuple(k * count // frames for k in range(frames))
        case "even":
            return tuple(k * (count - 1) // max(frames - 1, 1) for k in range(frames))
        case _:
            raise ValueError(f"sampling must be span, stride, uniform or even, not {sampling!r}")
