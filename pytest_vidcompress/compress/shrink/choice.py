"""Which of a layer's inputs go: those whose removal costs its outputs least, by the repair to come; or by chance.

Without repair a removal costs the mean square of what the input adds to the output, with the mean repaired its
variance, and with least squares what the inputs that are left cannot explain of it: the saliency of the optimal brain
surgeon (Hassibi and Stork, NIPS 1992), of a group of inputs as in ZipLM (Kurtic et al., NeurIPS 2023, section 3.1).
That one changes with every removal, so groups go one after the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from .normal_equations import NormalEquations
from .shares import LEAST_SQUARES, MEAN

DAMPING = 1e-2
"""Share of the features' mean variance, added to all of them: few clips do not tell to the last digit what inputs
have in common. With next to none, sixteen clips chose heads of the packaged VideoMAE that cost 11 points, not 2."""
_STEPS = 256
"""Of many small groups several go at a time, so that there are no more steps than these."""


@dataclass(frozen=True)
class Order:
    """Groups of inputs in the order in which they go."""

    groups: tuple[int, ...]
    costs: tuple[float, ...]
    """Of each, when those before it are gone: squared error of the outputs, a row, summed over them."""


def removal_order(known: NormalEquations, weight: torch.Tensor, groups: int, repair: str) -> Order:
    """All groups, the cheapest first.

    Args:
        known: of the inputs `(n, F)`; whole for least squares, or else in these groups.
        weight: `(K, F)`, of the layer that takes them.
    """
    if repair == LEAST_SQUARES:
        return _surgeon(known.covariance[0], weight.double(), groups)
    costs = _apart(known.covariance if repair == MEAN else known.second, weight.double())
    order = costs.argsort(stable=True).tolist()
    return Order(tuple(order), tuple(float(costs[group]) for group in order))


def random_order(groups: int, seed: int) -> Order:
    """The control, the same for a seed. Costs are by chance too, so that any of several layers may lose."""
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(groups, generator=generator).tolist()
    costs = torch.rand(groups, generator=generator, dtype=torch.float64).sort().values.tolist()
    return Order(tuple(order), tuple(costs))


def _apart(products: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Mean square of what each group adds to the outputs, by itself, `(groups,)`.

    Args:
        products: of inputs within each group, `(groups, size, size)`.
    """
    parts = weight.unflatten(1, (len(products), -1))  # (K, groups, size)
    return torch.einsum("kga,gab,kgb->g", parts, products, parts)


def _surgeon(covariance: torch.Tensor, weight: torch.Tensor, groups: int) -> Order:
    size = weight.shape[1] // groups
    at_once = max(1, groups // _STEPS)
    scale = covariance.diagonal().mean().clamp(min=torch.finfo(torch.float64).tiny)
    inverse = torch.linalg.inv(covariance + DAMPING * scale * torch.eye(len(covariance)).to(covariance))
    left = [*range(groups)]
    order: list[int] = []
    costs: list[float] = []
    while left:
        places = torch.arange(len(left) * size).unflatten(0, (len(left), size))
        blocks = inverse[places.unsqueeze(2), places.unsqueeze(1)]  # (left, size, size)
        parts = weight[:, places]  # (K, left, size)
        saliency = torch.einsum("kga,gab,kgb->g", parts, torch.linalg.inv(blocks), parts)
        going = saliency.argsort(stable=True)[:at_once]
        gone = places[going.cpu()].flatten()
        staying = torch.ones(len(left), dtype=torch.bool).scatter_(0, going.cpu(), False)
        rest = places[staying].flatten()
        taken = torch.linalg.solve(inverse[gone][:, gone], inverse[gone][:, rest])  # (gone, rest)
        costs += [max(0.0, float(each)) for each in saliency[going]]
        weight = weight[:, rest] - weight[:, gone] @ taken
        inverse = inverse[rest][:, rest] - inverse[rest][:, gone] @ taken
        order += [left[place] for place in going.tolist()]
        left = [group for group, stays in zip(left, staying.tolist(), strict=True) if stays]
    return Order(tuple(order), tuple(costs))
