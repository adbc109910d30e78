"""A model without each of its parts in turn, on clips: what is measured once and decides what may go.

In the place of a part stands the mean of what it gives ("mean ablation"), which is what is left of it where it is
removed and the layer behind takes up its mean. So no variant is built, and every part is asked about by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from itertools import islice
from statistics import median
from typing import TYPE_CHECKING

import torch

from ...models.adapter import evaluating
from ...models.device import synchronizer
from ...models.model import Model
from ..accuracy.label_sets import several
from ..accuracy.predict import Progress, logits_of
from ..accuracy.scores import likeness
from ..cost.macs import Work, work
from ..latency.stopwatch import seconds_of
from .block_parts import (
    BlockPart,
    Spans,
    block_parts,
    block_sizes,
    replaced_by_means,
    summing_outputs,
    timing_spans,
)
from .sensitivity import BLOCK, PartSensitivity, Sensitivity

if TYPE_CHECKING:
    from ...clips.loader import Clips

MOST_CLIPS = 32


@torch.inference_mode()
def measure_sensitivity(model: Model, clips: Clips, progress: Progress | None = None) -> Sensitivity:
    """Runs a model once with each part of each block replaced.

    Args:
        clips: one view of each is taken, of at most `MOST_CLIPS`; no labels are looked at.
        progress: called after every part.

    Raises:
        VidcompressError: nobody knows its blocks.
    """
    parts = block_parts(model)
    batches = [(pixels[:1], several(targets)) for pixels, targets in islice(clips.batches(1), MOST_CLIPS)]
    views, sets = [view for view, _ in batches], any(sets for _, sets in batches)
    spans = [span for part in parts if part.axis == BLOCK for span in part.spans]
    with evaluating(model.module):
        with summing_outputs(model.module, spans) as means:
            whole = _logits(model, views)
        shares = _time_shares(model, views, spans)
        counted, found = work(model.module, views[0]), list[PartSensitivity]()
        for number, part in enumerate(parts, 1):
            with replaced_by_means(model.module, part, means):
                without = _logits(model, views)
            seen = likeness(without, whole, sets)
            found.append(
                PartSensitivity(
                    part.block,
                    part.axis,
                    max(0.0, float(seen.kl)),
                    float(seen.agreement),
                    _macs(part, counted) / max(1, counted.total),
                    sum(shares[writer] for writer in part.writers),
                )
            )
            if progress:
                progress("sensitivity", number, len(parts))
    return Sensitivity(model.name, len(views), *block_sizes(model), tuple(found))


def _logits(model: Model, views: Sequence[torch.Tensor]) -> torch.Tensor:
    return torch.cat([logits_of(model.module, view).float().cpu() for view in views])


def _time_shares(model: Model, views: Sequence[torch.Tensor], spans: Spans) -> dict[str, float]:
    """The share of a call's time between a norm and its writer, by writer; the median over the clips."""
    shares: defaultdict[str, list[float]] = defaultdict(list)
    synchronize = synchronizer(model.device)
    with timing_spans(model.module, spans, synchronize) as seconds:
        for view in views:
            whole_s = seconds_of(partial(logits_of, model.module, view), synchronize)
            for writer, own_s in seconds.items():
                shares[writer].append(own_s / whole_s)
    return {writer: median(own) for writer, own in shares.items()}


def _macs(part: BlockPart, counted: Work) -> int:
    within = tuple(f"{prefix}." for prefix in part.prefixes)
    return sum(
        sum(operators.values())
        for name, operators in counted.by_module.items()
        if name in part.prefixes or name.startswith(within)
    )
