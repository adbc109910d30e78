"""Files -> vectors of length one, whose products are cosines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch

from ..clips.crops.disk_cache import Shelf
from ..clips.faults import Undecodable
from ..errors import VidcompressError
from ..measure.from_file.arm import Arm
from ..measure.from_file.each_file import each_file
from ..models.adapter import logits_from
from .vector_formats import Vector

NO_DIRECTION = "its embedding is not a number, or zero"
"""Why a file that decodes has no vector."""


@dataclass(frozen=True)
class Embedded:
    """A file with its vector; or none, and why."""

    path: Path
    vector: Vector | None = field(default=None, repr=False)
    reason: str = ""
    """In words, without the file's name; empty where there is one."""


def embed(arm: Arm, files: Sequence[Path], shelf: Shelf | None = None) -> Iterator[Embedded]:
    """Files in their order.

    Args:
        arm: runs what `embedding_model` made.
        shelf: where decoded pixels are kept from run to run; None for nowhere.

    Raises:
        VidcompressError: what runs gives no embedding.
    """
    for path, outcome in each_file(arm, files, shelf):
        if isinstance(outcome, Undecodable):
            yield Embedded(path, reason=str(outcome))
            continue
        seen = direction_of(arm, outcome)
        yield Embedded(path, seen and seen.vector, "" if seen else NO_DIRECTION)


@dataclass(frozen=True)
class Direction:
    """An embedding, as it is stored."""

    vector: Vector = field(repr=False)
    """Scaled to length one."""
    length: float
    """That it had."""


@torch.inference_mode()
def direction_of(arm: Arm, pixels: torch.Tensor) -> Direction | None:
    """The mean of the embeddings of all views `(V, T, C, H, W)`, one a call; None of what has no direction.

    Raises:
        VidcompressError: what runs gives no embedding.
    """
    rows = [logits_from(arm.run(view)).detach().float().cpu().clone() for view in pixels.split(1)]
    if any(row.ndim != 2 or row.shape != (1, rows[0].shape[-1]) for row in rows):
        raise VidcompressError(
            f"the model gave shape {tuple(rows[0].shape)} for one clip; expected an embedding of shape (1, D)"
        )
    mean = torch.cat(rows).double().mean(0)
    length = float(mean.norm())
    if not 0 < length < float("inf"):
        return None
    return Direction((mean / length).float().numpy(), length)
