"""How much of a video a model is shown: temporal clips times spatial crops, each of them one view."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

    from .profile import Profile

_CROPS = (1, 3)
"""What the field uses: the centre, or both ends and the middle of the long side."""


@dataclass(frozen=True)
class Views:
    """A grid of views; its text is `clips` x `crops`, such as `5x3`."""

    clips: int = 1
    """Runs of frames, from the video's beginning to its end: see `frames`."""
    crops: int = 1
    """1: the centre; 3: along the long side. See `preprocess`."""

    def __post_init__(self) -> None:
        if self.clips < 1 or self.crops not in _CROPS:
            raise ValueError(
                f"views must be at least one clip times one or three crops, such as 1x1 or 5x3, not {self}"
            )

    @property
    def count(self) -> int:
        return self.clips * self.crops

    def __str__(self) -> str:
        return f"{self.clips}x{self.crops}"

    @classmethod
    def parse(cls, text: str) -> Views:
        """Reads `CLIPSxCROPS`.

        Raises:
            ValueError: it is not that, or there are no such views.
        """
        found = re.fullmatch(r"([0-9]{1,4})x([0-9]{1,4})", text)
        if not found:
            raise ValueError(f"views must be written CLIPSxCROPS, such as 1x1 or 5x3, not {text!r}")
        return cls(int(found[1]), int(found[2]))


def crops_of(path: Path, profile: Profile) -> torch.Tensor:
    """All views of a video, of one decoding.

    Args:
        path: the video.
        profile: its `frames`, `rate`, `sampling`, `views`, `size` and `middle` are used.

    Returns:
        uint8 `(V, frames, 3, size, size)`, `V = profile.views.count`: the crops of the first clip, then those
        of the next.

    Raises:
        Undecodable: the video does not give these frames.
    """
    # Here: the plugin knows of views in every run of pytest, and decodes in few.
    import torch

    from .crops.preprocess import cut, resize
    from .crops.sampling import indices
    from .decode.decode import decode

    views = profile.views
    planned: list[tuple[int, ...]] = []

    def plan(count: int, fps: float) -> list[int]:
        # The last answer stands: a file with fewer frames than it says is planned again.
        planned[:] = (
            indices(count, fps, profile.frames, profile.rate, profile.sampling, clip, views.clips)
            for clip in range(views.clips)
        )
        return distinct()

    def distinct() -> list[int]:
        return sorted({index for clip in planned for index in clip})

    # Clips overlap, and short videos repeat frames: each is decoded and resized once.
    frames = resize(decode(path, plan).pixels, profile.size)
    crops = cut(frames, profile.size, views.crops, profile.middle)
    rows = {index: row for row, index in enumerate(distinct())}
    return torch.stack([crop[[rows[index] for index in clip]] for clip in planned for crop in crops])
