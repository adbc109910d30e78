"""TimeSformer of fewer frames: of its time embeddings those of the frames that stay.

A frame keeps the embedding of the time at which it lies. Linear interpolation between embeddings gives the same: the
frames that stay lie where frames lay.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from torch import nn

from .frame_axis import FrameAxis


def _narrow(module: nn.Module, places: Sequence[int], before: int) -> None:
    embeddings: Any = module.get_submodule(AXIS.embeddings)
    # A model that attends within frames only has none.
    table = cast("nn.Parameter | None", getattr(embeddings, "time_embeddings", None))
    if table is not None and table.shape[1] == before:
        chosen = table.detach()[:, list(places)].clone()
        embeddings.time_embeddings = nn.Parameter(chosen, requires_grad=table.requires_grad)


AXIS = FrameAxis("TimesformerForVideoClassification", "timesformer.embeddings", lambda module: 1, _narrow)
