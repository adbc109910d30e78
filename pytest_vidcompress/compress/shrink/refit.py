"""A layer that lost inputs gives again what it gave before, as nearly as it can: repairs in closed form, without
labels or gradients.

| repair | weight | bias |
|---|---|---|
| `none` | what is left of it | unchanged |
| `mean` | what is left of it | the mean of the outputs is that of the original |
| `least-squares` | ridge regression of the original's outputs on the inputs that are left | likewise |

`mean` is what variance-based pruning does (Berisha et al., "Variance-Based Pruning for Accelerating and Compressing
Trained Networks", ICCV 2025): removed inputs are replaced by their means. `least-squares` follows CORP ("Closed-Form
One-Shot Representation-Preserving Structured Pruning for Vision Transformers", arXiv 2602.05243): what was removed is
affinely regressed on what is left. The ridge draws to the weights that are left, not to zero, so that few calibration
clips can do no more harm than no repair; how strongly, clips decide that the regression does not see.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch

from .normal_equations import NormalEquations
from .shares import MEAN, NONE

RIDGES = (1e-8, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0, 1e2, 1e4)
"""Shares of the features' mean variance."""
CHECKED_EVERY = 4
"""Of so many calibration clips one decides about the ridge."""
FEW_CLIPS = 1e-2
"""The ridge where there are fewer."""

Fit = tuple[torch.Tensor, torch.Tensor | None]
"""Weight `(K, F)` and bias `(K,)`, in double precision; None: it has none."""


@dataclass
class HoldOut:
    """Normal equations of calibration clips, added up one by one: of most, and apart of those that decide about the
    ridge. As large with many clips as with few."""

    clips: int = 0
    seen: NormalEquations | None = None
    unseen: NormalEquations | None = None

    def add(self, clip: NormalEquations) -> None:
        """The next clip."""
        self.clips += 1
        if self.clips % CHECKED_EVERY:
            self.seen = clip if self.seen is None else self.seen + clip
        else:
            self.unseen = clip if self.unseen is None else self.unseen + clip

    @property
    def everything(self) -> NormalEquations:
        """Of all clips, of which there is one at least."""
        assert self.seen is not None  # the first clip is
        return self.seen if self.unseen is None else self.seen + self.unseen

    def only(self, chosen: torch.Tensor) -> HoldOut:
        """Of some of the features, as `NormalEquations.only`."""
        return HoldOut(
            self.clips, *(None if each is None else each.only(chosen) for each in (self.seen, self.unseen))
        )


def refit(known: HoldOut, weight: torch.Tensor, bias: torch.Tensor | None, repair: str) -> Fit:
    """Weight and bias for the inputs that are left.

    Args:
        known: of the inputs that are left, and of what the layer is to give; whole for least squares.
        weight: `(K, F)`, what is left of the original's.
        bias: `(K,)`; a layer without one gets none.
    """
    prior, has_bias = weight.double(), bias is not None
    if repair == NONE:
        return prior, bias
    everything = known.everything
    if repair == MEAN:
        return prior, everything.target_mean - prior @ everything.mean if has_bias else None
    ridge = FEW_CLIPS
    if known.seen is not None and known.unseen is not None:
        errors = [known.unseen.error(*fit) for fit in _fits(known.seen, prior, RIDGES, has_bias)]
        ridge = RIDGES[min(range(len(RIDGES)), key=errors.__getitem__)]
    return next(_fits(everything, prior, (ridge,), has_bias))


def _fits(
    known: NormalEquations, prior: torch.Tensor, ridges: Sequence[float], has_bias: bool
) -> Iterator[Fit]:
    """`prior + argmin |targets - features (prior + change)|^2 + ridge |change|^2` for each ridge; means apart, if a
    bias gives them."""
    (products,) = known.covariance if has_bias else known.second
    shared = known.cross_covariance if has_bias else known.cross / known.count
    left = shared - products @ prior.T  # (F, K)
    values, vectors = torch.linalg.eigh(products)
    rotated = vectors.T @ left
    scale = products.diagonal().mean().clamp(min=torch.finfo(torch.float64).tiny)
    for ridge in ridges:
        change = vectors @ (rotated / (values.clamp(min=0) + ridge * scale).unsqueeze(1))
        weight = prior + change.T
        yield weight, known.target_mean - weight @ known.mean if has_bias else None
