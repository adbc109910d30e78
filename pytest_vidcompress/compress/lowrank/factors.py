"""The two thin layers that come closest to one, on what that one is given.

With inputs `x` of mean `m` and covariance `L L^T` (Cholesky), the mean squared error of `y = B A (x - m)` is
`|(W - B A) L|^2`, which the truncated singular value decomposition of `W L` makes smallest (Eckart and Young,
"The approximation of one matrix by another of lower rank", Psychometrika 1, 1936; for language models Wang et al.,
"SVD-LLM", ICLR 2025, section 3.1). The mean goes into the bias.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn

from ..layers.moments import Moments
from ..layers.product import bias_of
from ..layers.trainable import train_alike

_DAMPING = 1e-9
"""Of the mean variance, added to every direction: one that inputs never take must not be free of charge."""
_MOST_DAMPING = 1e6
"""More than the rounding of any row takes: what then has no root is not finite."""


class Factored(nn.Sequential):
    """Two linear layers in the place of one.

    Args:
        first: `(rank, inputs)`.
        second: `(outputs, rank)`.
        bias: `(outputs,)`.
    """

    def __init__(self, first: torch.Tensor, second: torch.Tensor, bias: torch.Tensor) -> None:
        super().__init__(_linear(first, None), _linear(second, bias))
        self.rank = len(first)


@dataclass(frozen=True)
class Spectrum:
    """How a layer's outputs vary on what it is given."""

    layer: nn.Linear
    mean: torch.Tensor
    """Of its inputs, `(inputs,)`, double; so are the others."""
    root: torch.Tensor
    """`L` of the module's text, `(inputs, inputs)`."""
    left: torch.Tensor
    """`(outputs, full rank)`."""
    values: torch.Tensor
    """`(full rank,)`, descending; their squares are variances."""
    right: torch.Tensor
    """`(full rank, inputs)`."""

    @classmethod
    def of(cls, layer: nn.Linear, moments: Moments) -> Spectrum:
        covariance, second = moments.covariance[0], moments.second[0]
        # A sum of products is symmetric and positive up to its rounding alone, which is all that is left of inputs
        # that never change.
        rounding = torch.finfo(second.dtype).eps * second.diagonal().mean()
        variance = covariance.diagonal().mean().maximum(rounding)
        root = _root(covariance, variance.clamp(min=torch.finfo(torch.float32).tiny))
        left, values, right = torch.linalg.svd(layer.weight.detach().double() @ root, full_matrices=False)
        return cls(layer, moments.mean[0], root, left, values, right)

    def rank_of(self, energy: float) -> int:
        """The smallest rank that leaves this share of the variance of the outputs."""
        shares = self.values.square().cumsum(0) / self.values.square().sum()
        # Of what is all there, rounding leaves a little out.
        return int((shares < energy - 1e-12).sum()) + 1

    def truncated(self, rank: int) -> Factored:
        """The two layers of this rank that come closest."""
        scale = self.values[:rank].sqrt()
        second = self.left[:, :rank] * scale
        # Both are as large: what rounds or trains them has one reach to deal with.
        first = torch.linalg.solve_triangular(
            self.root, scale.unsqueeze(1) * self.right[:rank], upper=False, left=False
        )
        shift = (self.layer.weight.detach().double() - second @ first) @ self.mean
        bias = bias_of(self.layer)
        shift = shift if bias is None else shift + bias.detach()
        return _trained_as(
            self.layer, Factored(*(each.to(self.layer.weight.dtype) for each in (first, second, shift)))
        )


def _root(covariance: torch.Tensor, variance: torch.Tensor) -> torch.Tensor:
    """`L`, damped as little as it takes: where inputs hardly vary about a large mean, rounding is larger."""
    unit, damping = torch.eye(len(covariance)).to(covariance), _DAMPING
    while True:
        root, failed = torch.linalg.cholesky_ex(covariance + damping * variance * unit)
        if not failed or damping > _MOST_DAMPING:
            return root
        damping *= 10


def empty(layer: nn.Linear, rank: int) -> Factored:
    """The structure of two layers in the place of this one, of whatever weights."""
    shapes = (rank, layer.in_features), (layer.out_features, rank), (layer.out_features,)
    return _trained_as(layer, Factored(*(layer.weight.new_empty(shape) for shape in shapes)))


def _trained_as(layer: nn.Linear, made: Factored) -> Factored:
    train_alike(made, [layer.weight])
    return made


def _linear(weight: torch.Tensor, bias: torch.Tensor | None) -> nn.Linear:
    outputs, inputs = weight.shape
    # On `meta` nothing is drawn at random.
    made = nn.Linear(inputs, outputs, bias is not None, device="meta")
    made.weight = nn.Parameter(weight, requires_grad=False)
    if bias is not None:
        made.bias = nn.Parameter(bias, requires_grad=False)
    return made
