"""Sums over calibration rows of what a layer is given and of what it is to give: all that least squares needs."""

from __future__ import annotations

from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Moments:
    """Of rows of features `(n, F)` and targets `(n, K)`; in double precision."""

    count: float
    """Of the rows; where they weigh differently, their weights together."""
    features: torch.Tensor
    """Sum, `(F,)`."""
    targets: torch.Tensor
    """Sum, `(K,)`."""
    gram: torch.Tensor
    """Sum of products of features, `(F, F)`."""
    cross: torch.Tensor
    """Sum of products of features and targets, `(F, K)`."""
    square: float
    """Sum of squares of all targets."""

    @classmethod
    def of(
        cls, features: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor | None = None
    ) -> Moments:
        """Of some rows.

        Args:
            weights: how often each counts, `(n,)`; None: once.
        """
        given, wanted = features.double(), targets.double()
        if weights is None:
            count, weighed, squares = float(len(given)), given, wanted.square()
        else:
            each = weights.to(given).unsqueeze(1)
            count, weighed, squares = float(each.sum()), given * each, wanted.square() * each
        return cls(
            count,
            weighed.sum(0),
            (wanted if weights is None else wanted * weights.to(wanted).unsqueeze(1)).sum(0),
            weighed.T @ given,
            weighed.T @ wanted,
            float(squares.sum()),
        )

    def __add__(self, other: Moments) -> Moments:
        return Moments(
            self.count + other.count,
            self.features + other.features,
            self.targets + other.targets,
            self.gram + other.gram,
            self.cross + other.cross,
            self.square + other.square,
        )

    def only(self, chosen: torch.Tensor) -> Moments:
        """Of some of the features, by their indices."""
        return Moments(
            self.count,
            self.features[chosen],
            self.targets,
            self.gram[chosen][:, chosen],
            self.cross[chosen],
            self.square,
        )

    @property
    def mean(self) -> torch.Tensor:
        """Of the features, `(F,)`."""
        return self.features / self.count

    @property
    def target_mean(self) -> torch.Tensor:
        """`(K,)`."""
        return self.targets / self.count

    @property
    def second(self) -> torch.Tensor:
        """Mean product of features, `(F, F)`."""
        return self.gram / self.count

    @property
    def covariance(self) -> torch.Tensor:
        """Of the features, `(F, F)`."""
        return self.second - torch.outer(self.mean, self.mean)

    @property
    def cross_covariance(self) -> torch.Tensor:
        """Of features and targets, `(F, K)`."""
        return self.cross / self.count - torch.outer(self.mean, self.target_mean)

    @property
    def variance(self) -> float:
        """Of the targets, summed over `K`."""
        return self.square / self.count - float(self.target_mean.square().sum())

    def error(self, weight: torch.Tensor, bias: torch.Tensor | None) -> float:
        """Mean squared distance of `features @ weight.T + bias` from the targets, summed over `K`.

        Args:
            weight: `(K, F)`, in double precision.
            bias: `(K,)`, likewise; None for none.
        """
        shift = torch.zeros_like(self.targets) if bias is None else bias
        predicted = ((weight @ self.gram) * weight).sum() + 2 * shift @ (weight @ self.features)
        shared = (weight.T * self.cross).sum() + shift @ self.targets
        distance = predicted + self.count * shift.square().sum() - 2 * shared + self.square
        return float(distance) / self.count


def total(parts: list[Moments]) -> Moments:
    """Of the rows of all parts, of which there is one at least."""
    summed = parts[0]
    for part in parts[1:]:
        summed = summed + part
    return summed
