"""Scores of a policy network -> how much each option counts: one alone, or several mixed. Heavy.

- Soft, as the paper has it: `max(tanh(s), 0)`; what is 0 is not computed. Ours: divided by their sum, so that a
  network that was trained before keeps its scale, and where all are 0 the best option counts alone.
- Hard, ours: the best option alone; in training drawn with Gumbel noise, and the gradient that of the softened choice
  (Jang et al., "Categorical Reparameterization with Gumbel-Softmax", ICLR 2017).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.nn.functional import gumbel_softmax, one_hot

from .search_space import SearchSpace


@dataclass(frozen=True)
class Draw:
    """How options are taken while something is learned."""

    temperature: float = 0.0
    """Of the noise; 0: none, and nothing is learned of the choice."""
    at_random: bool = False
    """A third of a batch computes all, a sixth the least of everything, and the others anything: so all options learn
    (the sandwich rule of Yu and Huang, "Universally Slimmable Networks", ICCV 2019)."""


def weights_of(scores: torch.Tensor, space: SearchSpace, draw: Draw | None = None) -> torch.Tensor:
    """`(B, 2 options)` -> the same shape: those of the ratios sum up to 1, and so do those of the strides.

    Args:
        draw: while something is learned; None decides for good.
    """
    both = scores.unflatten(1, (2, space.options))
    draw = draw or Draw()
    if draw.at_random:
        weights = _sandwich(both)
    elif space.soft:
        weights = _mixed(both)
        weights = weights if draw.temperature else weights.detach()
    elif draw.temperature:
        weights = gumbel_softmax(both, draw.temperature, hard=True)
    else:
        weights = _best(both)
    return weights.flatten(1)


def by_axis(weights: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """`(B, 2 options)` -> those of the ratios and those of the strides, `(B, options, 1, 1, 1, 1)`."""
    ratios, strides = weights.unflatten(1, (2, -1))[..., None, None, None, None].unbind(1)
    return ratios, strides


def _best(scores: torch.Tensor) -> torch.Tensor:
    return one_hot(scores.argmax(-1), scores.shape[-1]).to(scores.dtype)


def _mixed(scores: torch.Tensor) -> torch.Tensor:
    counted = scores.tanh().relu()
    total = counted.sum(-1, keepdim=True)
    return torch.where(total > 0, counted / total.clamp_min(torch.finfo(total.dtype).tiny), _best(scores))


def _sandwich(scores: torch.Tensor) -> torch.Tensor:
    batch, axes, options = scores.shape
    chosen = torch.randint(options, (batch, axes), device=scores.device)
    whole, ends = batch // 3, batch // 2
    chosen[:whole] = 0
    chosen[whole:ends] = options - 1
    return one_hot(chosen, options).to(scores.dtype)
