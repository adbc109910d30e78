"""A model without each of its parts in turn, on clips: what is measured once and decides what may go.

In the place of a part stands the mean of what it gives ("mean ablation"), which is what is left of it where it is
removed and the layer behind takes up its mean. So no variant is built, and every part is asked about by itself.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import islice
from statistics import median
from typing import TYPE_CHECKING

import torch

from ...models.model import Model
from ...processes.clock import now_s
from ..accuracy.predict import Progress, evaluating, logits_of
from ..accuracy.scores import accuracy, answers
from ..cost.macs import Work, work
from .block_parts import BlockPart, Spans, Watch, block_parts, block_sizes, replaced_by_means
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
    views = [pixels[:1] for pixels, _ in islice(clips.batches(1), MOST_CLIPS)]
    spans = [span for part in parts if part.axis == BLOCK for span in part.spans]
    with evaluating(model.module):
        watch = Watch(model.module, spans)
        whole, shares = _watched(model, views, watch, spans)
        counted, means, found = work(model.module, views[0]), watch.means, list[PartSensitivity]()
        for number, part in enumerate(parts, 1):
            with replaced_by_means(model.module, part, means):
                without = torch.cat([logits_of(model.module, view).float().cpu() for view in views])
            seen = accuracy(without, whole, answers(whole), "agreement")
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


def _watched(
    model: Model, views: list[torch.Tensor], watch: Watch, spans: Spans
) -> tuple[torch.Tensor, dict[str, float]]:
    """Logits of the whole model, and the share of a call's time between a norm and its writer, by writer."""
    rows: list[torch.Tensor] = []
    shares: defaultdict[str, list[float]] = defaultdict(list)
    logits_of(model.module, views[0])  # warms up
    with watch.in_place():
        for view in views:
            began = now_s()
            rows.append(logits_of(model.module, view).float().cpu())
            whole_s = max(now_s() - began, 1e-9)
            for _, writer in spans:
                shares[writer].append(watch.seconds[writer] / whole_s)
    return torch.cat(rows), {writer: median(own) for writer, own in shares.items()}


def _macs(part: BlockPart, counted: Work) -> int:
    within = tuple(f"{prefix}." for prefix in part.prefixes)
    return sum(
        sum(operators.values())
        for name, operators in counted.by_module.items()
        if name in part.prefixes or name.startswith(within)
    )
