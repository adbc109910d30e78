"""Files one after the other, as what answers them takes them."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing
from pathlib import Path

import torch

from ...clips.crops.disk_cache import Shelf
from ...clips.crops.prefetch import prefetch
from ...clips.faults import Undecodable
from ...models.adapter import evaluating
from .arm import Arm


def each_file(
    arm: Arm, files: Sequence[Path], shelf: Shelf | None = None
) -> Generator[tuple[Path, torch.Tensor | Undecodable]]:
    """A file with the pixels of its views, or with why there are none; decoded ahead where that is worth it.

    Args:
        shelf: where decoded pixels are kept from run to run; None for nowhere.
    """
    with closing(prefetch(files, arm.profile.crop_spec, shelf)) as taken, evaluating(arm.run):
        for path, outcome in zip(files, taken, strict=True):
            yield path, outcome if isinstance(outcome, Undecodable) else arm.as_input(outcome)
