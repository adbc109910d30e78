"""Sums over calibration rows of what a layer is given and of what it is to give: all that least squares needs."""

from __future__ import annotations

from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class NormalEquations:
    """Of rows of features `(n, F)` and targets `(n, K)`; in double precision.

    Least squares needs whole ones. Those of features in groups are far smaller: they say what each group adds by
    itself, and the means.
    """

    count: float
    """Of the rows; where they weigh differently, their weights together."""
    features: torch.Tensor
    """Sum, `(F,)`."""
    targets: torch.Tensor
    """Sum, `(K,)`."""
    gram: torch.Tensor
    """Sum of products of features of the same group, `(groups, F / groups, F / groups)`; whole: of one."""
    cross: torch.Tensor
    """Sum of products of features and targets, `(F, K)`; of features in groups nobody asks for it, `(F, 0)`."""
    square: float
    """Sum of squares of all targets."""

    @classmethod
    def of(
        cls,
        features: torch.Tensor,
        targets: torch.Tensor,
        weights: torch.Tensor | None = None,
        groups: int = 1,
    ) -> NormalEquations:
        """Of some rows.

        Args:
            weights: how often each counts, `(n,)`; None: once.
            groups: of the features; group `g` is those from `g F / groups` on.
        """
        given, wanted = features.double(), targets.double()
        if weights is None:
            count, weighed, squares = float(len(given)), given, wanted.square()
        else:
            each = weights.to(given).unsqueeze(1)
            count, weighed, squares = float(each.sum()), given * each, wanted.square() * each
        # (groups, n, F / groups)
        left, right = (rows.unflatten(1, (groups, -1)).transpose(0, 1) for rows in (weighed, given))
        return cls(
            count,
            weighed.sum(0),
            (wanted if weights is None else wanted * weights.to(wanted).unsqueeze(1)).sum(0),
            left.transpose(1, 2) @ right,
            weighed.T @ wanted if groups == 1 else wanted.new_zeros(weighed.shape[1], 0),
            float(squares.sum()),
        )

    def __add__(self, other: NormalEquations) -> NormalEquations:
        return NormalEquations(
            self.count + other.count,
            self.features + other.features,
            self.targets + other.targets,
            self.gram + other.gram,
            self.cross + other.cross,
            self.square + other.square,
        )

    def only(self, chosen: torch.Tensor) -> NormalEquations:
        """Of some of the features, by their indices; where they are in groups, of whole groups."""
        size = self.gram.shape[1]
        whole = len(self.gram) == 1
        return NormalEquations(
            self.count,
            self.features[chosen],
            self.targets,
            self.gram[:, chosen][:, :, chosen] if whole else self.gram[chosen[::size] // size],
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
        """Mean product of features of the same group, as `gram`."""
        return self.gram / self.count

    @property
    def covariance(self) -> torch.Tensor:
        """Of features of the same group, as `gram`."""
        mean = self.mean.unflatten(0, (len(self.gram), -1))
        return self.second - mean.unsqueeze(2) * mean.unsqueeze(1)

    @property
    def cross_covariance(self) -> torch.Tensor:
        """Of features and targets, `(F, K)`; of whole ones."""
        return self.cross / self.count - torch.outer(self.mean, self.target_mean)

    def error(self, weight: torch.Tensor, bias: torch.Tensor | None) -> float:
        """Mean squared distance of `features @ weight.T + bias` from the targets, summed over `K`; of whole ones.

        Args:
            weight: `(K, F)`, in double precision.
            bias: `(K,)`, likewise; None for none.
        """
        shift = torch.zeros_like(self.targets) if bias is None else bias
        predicted = ((weight @ self.gram[0]) * weight).sum() + 2 * shift @ (weight @ self.features)
        shared = (weight.T * self.cross).sum() + shift @ self.targets
        distance = predicted + self.count * shift.square().sum() - 2 * shared + self.square
        return float(distance) / self.count


class OutputVariance:
    """Of what a layer gives, summed over its outputs: within clips, in their mean; of one row a clip, over clips."""

    def __init__(self) -> None:
        self._within: list[float] = []
        self._rows: list[torch.Tensor] = []

    def add(self, outputs: torch.Tensor) -> None:
        """Of a clip, `(rows, outputs)`."""
        if len(outputs) > 1:
            self._within.append(float(outputs.var(0).sum()))
        else:
            self._rows.append(outputs)

    @property
    def value(self) -> float:
        """Above zero: what nothing varies in costs what it costs."""
        if self._rows:
            found = float(torch.cat(self._rows).var(0, correction=0).sum())
        else:
            found = sum(each / len(self._within) for each in self._within)
        return found or 1.0
