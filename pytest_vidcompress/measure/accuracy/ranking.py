"""How well a model ranks the labels of clips that may have several: GAP@20 and mAP, with their intervals.

GAP@20, global average precision (YouTube-8M): the 20 highest labels of every clip in one list by confidence; the sum
of precision times gain of recall, where recall is of all labels of all clips. mAP: the average precision of every
label that any clip has over all clips, and the mean of these. Confidence is the logit, which orders as its sigmoid
does. Of equal ones at the end of a clip's twenty, labels are taken in their order. A row that is no answer ranks
behind all others, and nothing in it is right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch

from ..interval import Estimate, bca_interval
from .accuracy import Ranking
from .label_sets import void
from .ranked_list import RankedList
from .resampling import resamples

TOP = 20
"""Labels of a clip that GAP looks at."""
MOST_ENTRIES = 1 << 20
"""Predictions that are weighed at once: more leave the processor's cache."""


@dataclass(frozen=True)
class Rankings:
    """All predictions of one model."""

    pooled: RankedList
    by_label: tuple[RankedList, ...]

    @classmethod
    def of(cls, logits: torch.Tensor, targets: torch.Tensor) -> Rankings:
        """From logits `(N, labels)` and the clips' labels, bool `(N, labels)`."""
        nothing = void(logits)
        # What rules a label out is still an answer.
        scores = logits.double().clamp(min=torch.finfo(torch.float64).min)
        scores = scores.masked_fill(nothing[:, None], -torch.inf)
        hits, clips = targets & ~nothing[:, None], torch.arange(len(logits))
        highest = scores.argsort(descending=True, stable=True)[:, :TOP]
        pooled = RankedList.of(
            scores.gather(1, highest).flatten(),
            hits.gather(1, highest).flatten(),
            clips.repeat_interleave(highest.shape[1]),
            targets.sum(1),
        )
        return cls(
            pooled,
            tuple(
                RankedList.of(scores[:, label], hits[:, label], clips, targets[:, label])
                for label in range(targets.shape[1])
            ),
        )

    @property
    def predictions(self) -> int:
        """Of the longest list."""
        return max(len(each.clips) for each in (self.pooled, *self.by_label))

    def gap(self, weights: torch.Tensor) -> torch.Tensor:
        """Under weights of the clips, `(R, N)` -> `(R,)`."""
        return self.pooled.average_precision(weights)

    def mean_ap(self, weights: torch.Tensor) -> torch.Tensor:
        """Likewise; a label that no clip has under these weights is none of those whose mean it is."""
        total, labels = (torch.zeros(len(weights), dtype=weights.dtype) for _ in range(2))
        for each in self.by_label:
            total = total + each.average_precision(weights)
            labels = labels + (each.total(weights) > 0)
        return total / labels.clamp(min=1)


SCORES: Mapping[str, Callable[[Rankings, torch.Tensor], torch.Tensor]] = {
    "gap": Rankings.gap,
    "mean_ap": Rankings.mean_ap,
}
"""By the names of a report."""


@torch.inference_mode(False)
def ranking(logits: torch.Tensor, reference: torch.Tensor, targets: torch.Tensor) -> Ranking:
    """Ranks a variant's logits beside the reference's, `(N, labels)`, of clips with labels bool `(N, labels)`."""
    own = Rankings.of(logits, targets)
    beside = own if logits is reference else Rankings.of(reference, targets)
    estimates: dict[str, Estimate] = {}
    by_clip: dict[str, tuple[float, ...]] = {}
    drawn = resamples(len(logits)).float()
    for name in SCORES:
        here, now = _contributions(own, name), _resampled(own, name, drawn)
        there, then = here, now
        if beside is not own:
            there, then = _contributions(beside, name), _resampled(beside, name, drawn)
        by_clip[name] = tuple(here)
        estimates[name] = Estimate(*bca_interval(here, now))
        # Drawn alike: what each of them loses with a clip, both do.
        estimates[f"{name}_drop"] = Estimate(
            *bca_interval(_differences(there, here), _differences(then, now))
        )
    return Ranking(**estimates, by_clip=by_clip)


def _differences(then: Sequence[float], now: Sequence[float]) -> list[float]:
    return [before - after for before, after in zip(then, now, strict=True)]


def _contributions(rankings: Rankings, name: str) -> list[float]:
    """What each clip contributes: their mean is the score.

    The score plus N times its derivative by the clip's weight, the infinitesimal jackknife (Jaeckel, 1972): a clip
    that the score would be better without contributes less than it. As the score knows weights only relatively, these
    derivatives add up to nothing.
    """
    with torch.enable_grad():
        clips = len(rankings.pooled.wanted)
        weights = torch.ones(1, clips, dtype=torch.float64, requires_grad=True)
        score = SCORES[name](rankings, weights).sum()
        (slope,) = torch.autograd.grad(score, weights)
    return (score.detach() + clips * slope[0]).tolist()


def _resampled(rankings: Rankings, name: str, drawn: torch.Tensor) -> list[float]:
    """The score of each resample, `(R, N)`, a few at once."""
    at_once = max(1, MOST_ENTRIES // max(1, rankings.predictions))
    return torch.cat([SCORES[name](rankings, part) for part in drawn.split(at_once)]).tolist()
